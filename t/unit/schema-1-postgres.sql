CREATE TABLE settings (
	id bigint GENERATED ALWAYS AS IDENTITY,
	tenant uuid NOT NULL,
	uuid uuid NOT NULL,
	scope text NOT NULL,
	owner uuid,
	key text NOT NULL,
	value text NOT NULL,
	updated_at bigint NOT NULL,
	_origin uuid NOT NULL,
	_stamps text,
	_extra text,
	deleted_at bigint,
	_seq bigint NOT NULL,
	_isDirty bigint NOT NULL,
	_rev bigint NOT NULL,
	_base_at bigint,
	_base_origin uuid,
	_lastSyncedAt bigint,
	_cloudId bigint,
	PRIMARY KEY (tenant, uuid)
);
CREATE INDEX settings_seq ON settings (tenant, _seq) WHERE _seq > 0;
CREATE TABLE users (
	id bigint GENERATED ALWAYS AS IDENTITY,
	tenant uuid NOT NULL,
	uuid uuid NOT NULL,
	name text NOT NULL,
	role text NOT NULL,
	pin_hash text,
	password_hash text,
	active bigint NOT NULL,
	updated_at bigint NOT NULL,
	_origin uuid NOT NULL,
	_stamps text,
	_extra text,
	deleted_at bigint,
	_seq bigint NOT NULL,
	_isDirty bigint NOT NULL,
	_rev bigint NOT NULL,
	_base_at bigint,
	_base_origin uuid,
	_lastSyncedAt bigint,
	_cloudId bigint,
	PRIMARY KEY (tenant, uuid)
);
CREATE INDEX users_seq ON users (tenant, _seq) WHERE _seq > 0;
CREATE INDEX users_0 ON users (tenant, name);
CREATE TABLE accounts (
	id bigint GENERATED ALWAYS AS IDENTITY,
	tenant uuid NOT NULL,
	uuid uuid NOT NULL,
	code text NOT NULL,
	name text NOT NULL,
	kind text NOT NULL,
	updated_at bigint NOT NULL,
	_origin uuid NOT NULL,
	_stamps text,
	_extra text,
	deleted_at bigint,
	_seq bigint NOT NULL,
	_isDirty bigint NOT NULL,
	_rev bigint NOT NULL,
	_base_at bigint,
	_base_origin uuid,
	_lastSyncedAt bigint,
	_cloudId bigint,
	PRIMARY KEY (tenant, uuid)
);
CREATE INDEX accounts_seq ON accounts (tenant, _seq) WHERE _seq > 0;
CREATE INDEX accounts_0 ON accounts (tenant, code);
CREATE TABLE tax_rates (
	id bigint GENERATED ALWAYS AS IDENTITY,
	tenant uuid NOT NULL,
	uuid uuid NOT NULL,
	name text NOT NULL,
	rate bigint NOT NULL,
	updated_at bigint NOT NULL,
	_origin uuid NOT NULL,
	_stamps text,
	_extra text,
	deleted_at bigint,
	_seq bigint NOT NULL,
	_isDirty bigint NOT NULL,
	_rev bigint NOT NULL,
	_base_at bigint,
	_base_origin uuid,
	_lastSyncedAt bigint,
	_cloudId bigint,
	PRIMARY KEY (tenant, uuid)
);
CREATE INDEX tax_rates_seq ON tax_rates (tenant, _seq) WHERE _seq > 0;
CREATE TABLE categories (
	id bigint GENERATED ALWAYS AS IDENTITY,
	tenant uuid NOT NULL,
	uuid uuid NOT NULL,
	name text NOT NULL,
	updated_at bigint NOT NULL,
	_origin uuid NOT NULL,
	_stamps text,
	_extra text,
	deleted_at bigint,
	_seq bigint NOT NULL,
	_isDirty bigint NOT NULL,
	_rev bigint NOT NULL,
	_base_at bigint,
	_base_origin uuid,
	_lastSyncedAt bigint,
	_cloudId bigint,
	PRIMARY KEY (tenant, uuid)
);
CREATE INDEX categories_seq ON categories (tenant, _seq) WHERE _seq > 0;
CREATE TABLE products (
	id bigint GENERATED ALWAYS AS IDENTITY,
	tenant uuid NOT NULL,
	uuid uuid NOT NULL,
	name text NOT NULL,
	sku text,
	barcode text,
	price bigint NOT NULL,
	tax_rate bigint,
	category uuid,
	unit text,
	tracked bigint NOT NULL,
	low_stock bigint,
	archived bigint NOT NULL,
	note text,
	updated_at bigint NOT NULL,
	_origin uuid NOT NULL,
	_stamps text,
	_extra text,
	deleted_at bigint,
	_seq bigint NOT NULL,
	_isDirty bigint NOT NULL,
	_rev bigint NOT NULL,
	_base_at bigint,
	_base_origin uuid,
	_lastSyncedAt bigint,
	_cloudId bigint,
	PRIMARY KEY (tenant, uuid)
);
CREATE INDEX products_seq ON products (tenant, _seq) WHERE _seq > 0;
CREATE INDEX products_0 ON products (tenant, sku);
CREATE INDEX products_1 ON products (tenant, barcode);
CREATE INDEX products_2 ON products (tenant, name);
CREATE TABLE customers (
	id bigint GENERATED ALWAYS AS IDENTITY,
	tenant uuid NOT NULL,
	uuid uuid NOT NULL,
	name text,
	phone text,
	email text,
	address text,
	note text,
	archived bigint NOT NULL,
	updated_at bigint NOT NULL,
	_origin uuid NOT NULL,
	_stamps text,
	_extra text,
	deleted_at bigint,
	_seq bigint NOT NULL,
	_isDirty bigint NOT NULL,
	_rev bigint NOT NULL,
	_base_at bigint,
	_base_origin uuid,
	_lastSyncedAt bigint,
	_cloudId bigint,
	PRIMARY KEY (tenant, uuid)
);
CREATE INDEX customers_seq ON customers (tenant, _seq) WHERE _seq > 0;
CREATE INDEX customers_0 ON customers (tenant, phone);
CREATE TABLE suppliers (
	id bigint GENERATED ALWAYS AS IDENTITY,
	tenant uuid NOT NULL,
	uuid uuid NOT NULL,
	name text NOT NULL,
	contact text,
	phone text,
	email text,
	note text,
	archived bigint NOT NULL,
	updated_at bigint NOT NULL,
	_origin uuid NOT NULL,
	_stamps text,
	_extra text,
	deleted_at bigint,
	_seq bigint NOT NULL,
	_isDirty bigint NOT NULL,
	_rev bigint NOT NULL,
	_base_at bigint,
	_base_origin uuid,
	_lastSyncedAt bigint,
	_cloudId bigint,
	PRIMARY KEY (tenant, uuid)
);
CREATE INDEX suppliers_seq ON suppliers (tenant, _seq) WHERE _seq > 0;
CREATE TABLE purchases (
	id bigint GENERATED ALWAYS AS IDENTITY,
	tenant uuid NOT NULL,
	uuid uuid NOT NULL,
	number text,
	at bigint,
	supplier uuid,
	status text NOT NULL,
	note text,
	entered_by uuid,
	filled bigint,
	device uuid,
	clock_offset bigint,
	updated_at bigint NOT NULL,
	_origin uuid NOT NULL,
	_stamps text,
	_extra text,
	deleted_at bigint,
	_seq bigint NOT NULL,
	_isDirty bigint NOT NULL,
	_rev bigint NOT NULL,
	_base_at bigint,
	_base_origin uuid,
	_lastSyncedAt bigint,
	_cloudId bigint,
	PRIMARY KEY (tenant, uuid)
);
CREATE INDEX purchases_seq ON purchases (tenant, _seq) WHERE _seq > 0;
CREATE TABLE invoices (
	id bigint GENERATED ALWAYS AS IDENTITY,
	tenant uuid NOT NULL,
	uuid uuid NOT NULL,
	number text,
	at bigint,
	shift uuid,
	customer uuid,
	note text,
	tax_included bigint,
	total bigint,
	tax bigint,
	paid bigint,
	change_given bigint,
	entered_by uuid,
	filled bigint,
	device uuid,
	clock_offset bigint,
	updated_at bigint NOT NULL,
	_origin uuid NOT NULL,
	_stamps text,
	_extra text,
	deleted_at bigint,
	_seq bigint NOT NULL,
	_isDirty bigint NOT NULL,
	_rev bigint NOT NULL,
	_base_at bigint,
	_base_origin uuid,
	_lastSyncedAt bigint,
	_cloudId bigint,
	PRIMARY KEY (tenant, uuid)
);
CREATE INDEX invoices_seq ON invoices (tenant, _seq) WHERE _seq > 0;
CREATE INDEX invoices_0 ON invoices (tenant, customer) WHERE customer IS NOT NULL;
CREATE TABLE purchase_lines (
	tenant uuid NOT NULL,
	doc uuid NOT NULL,
	pos bigint NOT NULL,
	product uuid NOT NULL,
	qty bigint NOT NULL,
	unit_cost bigint NOT NULL,
	PRIMARY KEY (tenant, doc, pos)
);
CREATE TABLE invoice_lines (
	tenant uuid NOT NULL,
	doc uuid NOT NULL,
	pos bigint NOT NULL,
	product uuid NOT NULL,
	name text,
	qty bigint NOT NULL,
	unit_price bigint,
	tax_rate bigint,
	discount bigint,
	amount bigint,
	tax bigint,
	PRIMARY KEY (tenant, doc, pos)
);
CREATE TABLE invoice_payments (
	tenant uuid NOT NULL,
	doc uuid NOT NULL,
	pos bigint NOT NULL,
	method text NOT NULL,
	amount bigint NOT NULL,
	PRIMARY KEY (tenant, doc, pos)
);
CREATE TABLE stock_moves (
	tenant uuid NOT NULL,
	doc uuid NOT NULL,
	pos bigint NOT NULL,
	uuid uuid NOT NULL,
	source text NOT NULL,
	at bigint NOT NULL,
	line bigint NOT NULL,
	product uuid NOT NULL,
	qty bigint NOT NULL,
	cost bigint NOT NULL,
	layer uuid,
	PRIMARY KEY (tenant, doc, pos)
);
CREATE INDEX stock_moves_0 ON stock_moves (tenant, product, at);
CREATE TABLE journal_entries (
	tenant uuid NOT NULL,
	doc uuid NOT NULL,
	pos bigint NOT NULL,
	uuid uuid NOT NULL,
	source text NOT NULL,
	at bigint NOT NULL,
	PRIMARY KEY (tenant, doc, pos)
);
CREATE INDEX journal_entries_0 ON journal_entries (tenant, at);
CREATE TABLE journal_lines (
	tenant uuid NOT NULL,
	doc uuid NOT NULL,
	pos bigint NOT NULL,
	account uuid NOT NULL,
	debit bigint NOT NULL,
	credit bigint NOT NULL,
	PRIMARY KEY (tenant, doc, pos)
);
CREATE TABLE server (
	one bigint NOT NULL,
	uuid uuid NOT NULL,
	device uuid NOT NULL,
	incarnation bigint NOT NULL,
	role text NOT NULL,
	clock_last bigint NOT NULL,
	PRIMARY KEY (one)
);
CREATE TABLE tenants (
	uuid uuid NOT NULL,
	name text NOT NULL,
	status text NOT NULL,
	license_hash bytea,
	seq bigint NOT NULL,
	epoch uuid NOT NULL,
	created_at bigint NOT NULL,
	PRIMARY KEY (uuid)
);
CREATE TABLE devices (
	tenant uuid NOT NULL,
	uuid uuid NOT NULL,
	incarnation bigint NOT NULL,
	server uuid NOT NULL,
	name text NOT NULL,
	public_key bytea NOT NULL,
	os text,
	version text,
	status text NOT NULL,
	code text NOT NULL,
	prefix text,
	asked_at bigint NOT NULL,
	approved_at bigint,
	revoked_at bigint,
	last_seen bigint,
	pending bigint,
	cursor bigint,
	alarm text,
	PRIMARY KEY (tenant, uuid)
);
CREATE TABLE device_stats (
	tenant uuid NOT NULL,
	device uuid NOT NULL,
	hour bigint NOT NULL,
	pushed bigint NOT NULL,
	pulled bigint NOT NULL,
	conflicts bigint NOT NULL,
	PRIMARY KEY (tenant, device, hour)
);
CREATE TABLE pairing (
	tenant uuid NOT NULL,
	url text NOT NULL,
	name text NOT NULL,
	status text NOT NULL,
	trouble text,
	code text,
	prefix text,
	paused bigint NOT NULL,
	epoch uuid,
	hub uuid,
	cursor bigint NOT NULL,
	load text,
	load_done bigint NOT NULL,
	load_total bigint NOT NULL,
	loaded_at bigint,
	server_time bigint,
	server_boot bigint,
	boot_id text,
	last_cycle bigint,
	verified_at bigint,
	verified_seq bigint,
	PRIMARY KEY (tenant)
);
CREATE TABLE sessions (
	token_hash bytea NOT NULL,
	tenant uuid,
	user_uuid uuid,
	created_at bigint NOT NULL,
	expires_at bigint NOT NULL,
	PRIMARY KEY (token_hash)
);
CREATE TABLE lockouts (
	tenant uuid NOT NULL,
	subject text NOT NULL,
	misses bigint NOT NULL,
	until bigint NOT NULL,
	PRIMARY KEY (tenant, subject)
);
CREATE TABLE outbox (
	tenant uuid NOT NULL,
	tbl bigint NOT NULL,
	uuid uuid NOT NULL,
	since bigint NOT NULL,
	tries bigint NOT NULL,
	state text NOT NULL,
	root uuid,
	code text,
	field text,
	reason text,
	PRIMARY KEY (tenant, tbl, uuid)
);
CREATE INDEX outbox_0 ON outbox (tenant, root) WHERE root IS NOT NULL;
CREATE INDEX outbox_1 ON outbox (tenant, tbl, since, uuid) WHERE state = 'ready';
CREATE TABLE parked (
	tenant uuid NOT NULL,
	tbl bigint NOT NULL,
	uuid uuid NOT NULL,
	needs uuid NOT NULL,
	seq bigint NOT NULL,
	body text NOT NULL,
	reason text NOT NULL,
	PRIMARY KEY (tenant, tbl, uuid)
);
CREATE INDEX parked_0 ON parked (tenant, needs);
CREATE TABLE conflicts (
	uuid uuid NOT NULL,
	tenant uuid NOT NULL,
	tbl text NOT NULL,
	row uuid NOT NULL,
	at bigint NOT NULL,
	rule text NOT NULL,
	winner text NOT NULL,
	loser text NOT NULL,
	winner_origin uuid NOT NULL,
	loser_origin uuid NOT NULL,
	PRIMARY KEY (tenant, uuid)
);
CREATE TABLE series (
	tenant uuid NOT NULL,
	kind text NOT NULL,
	prefix text NOT NULL,
	last bigint NOT NULL,
	PRIMARY KEY (tenant, kind, prefix)
);
CREATE TABLE numbers (
	tenant uuid NOT NULL,
	uuid uuid NOT NULL,
	kind text NOT NULL,
	number text NOT NULL,
	reserved_at bigint NOT NULL,
	PRIMARY KEY (tenant, uuid)
);
CREATE TABLE stock (
	tenant uuid NOT NULL,
	product uuid NOT NULL,
	on_hand bigint NOT NULL,
	value bigint NOT NULL,
	PRIMARY KEY (tenant, product)
);
CREATE TABLE layers (
	tenant uuid NOT NULL,
	uuid uuid NOT NULL,
	product uuid NOT NULL,
	doc uuid NOT NULL,
	pos bigint NOT NULL,
	line bigint NOT NULL,
	qty_left bigint NOT NULL,
	value_left bigint NOT NULL,
	PRIMARY KEY (tenant, uuid)
);
CREATE INDEX layers_0 ON layers (tenant, product, pos, doc, line) WHERE qty_left > 0;
CREATE INDEX layers_1 ON layers (tenant, doc);
CREATE TABLE schema_version (version bigint NOT NULL);
INSERT INTO schema_version VALUES (1);
