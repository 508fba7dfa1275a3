CREATE TABLE settings (
	id INTEGER PRIMARY KEY,
	tenant BLOB NOT NULL,
	uuid BLOB NOT NULL,
	scope TEXT NOT NULL,
	owner BLOB,
	key TEXT NOT NULL,
	value TEXT NOT NULL,
	updated_at INTEGER NOT NULL,
	_origin BLOB NOT NULL,
	_stamps TEXT,
	_extra TEXT,
	deleted_at INTEGER,
	_seq INTEGER NOT NULL,
	_isDirty INTEGER NOT NULL,
	_rev INTEGER NOT NULL,
	_base_at INTEGER,
	_base_origin BLOB,
	_lastSyncedAt INTEGER,
	_cloudId INTEGER,
	UNIQUE (tenant, uuid)
);
CREATE INDEX settings_seq ON settings (tenant, _seq) WHERE _seq > 0;
CREATE TABLE users (
	id INTEGER PRIMARY KEY,
	tenant BLOB NOT NULL,
	uuid BLOB NOT NULL,
	name TEXT NOT NULL,
	role TEXT NOT NULL,
	pin_hash TEXT,
	password_hash TEXT,
	active INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	_origin BLOB NOT NULL,
	_stamps TEXT,
	_extra TEXT,
	deleted_at INTEGER,
	_seq INTEGER NOT NULL,
	_isDirty INTEGER NOT NULL,
	_rev INTEGER NOT NULL,
	_base_at INTEGER,
	_base_origin BLOB,
	_lastSyncedAt INTEGER,
	_cloudId INTEGER,
	UNIQUE (tenant, uuid)
);
CREATE INDEX users_seq ON users (tenant, _seq) WHERE _seq > 0;
CREATE INDEX users_0 ON users (tenant, name);
CREATE TABLE accounts (
	id INTEGER PRIMARY KEY,
	tenant BLOB NOT NULL,
	uuid BLOB NOT NULL,
	code TEXT NOT NULL,
	name TEXT NOT NULL,
	kind TEXT NOT NULL,
	updated_at INTEGER NOT NULL,
	_origin BLOB NOT NULL,
	_stamps TEXT,
	_extra TEXT,
	deleted_at INTEGER,
	_seq INTEGER NOT NULL,
	_isDirty INTEGER NOT NULL,
	_rev INTEGER NOT NULL,
	_base_at INTEGER,
	_base_origin BLOB,
	_lastSyncedAt INTEGER,
	_cloudId INTEGER,
	UNIQUE (tenant, uuid)
);
CREATE INDEX accounts_seq ON accounts (tenant, _seq) WHERE _seq > 0;
CREATE INDEX accounts_0 ON accounts (tenant, code);
CREATE TABLE tax_rates (
	id INTEGER PRIMARY KEY,
	tenant BLOB NOT NULL,
	uuid BLOB NOT NULL,
	name TEXT NOT NULL,
	rate INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	_origin BLOB NOT NULL,
	_stamps TEXT,
	_extra TEXT,
	deleted_at INTEGER,
	_seq INTEGER NOT NULL,
	_isDirty INTEGER NOT NULL,
	_rev INTEGER NOT NULL,
	_base_at INTEGER,
	_base_origin BLOB,
	_lastSyncedAt INTEGER,
	_cloudId INTEGER,
	UNIQUE (tenant, uuid)
);
CREATE INDEX tax_rates_seq ON tax_rates (tenant, _seq) WHERE _seq > 0;
CREATE TABLE categories (
	id INTEGER PRIMARY KEY,
	tenant BLOB NOT NULL,
	uuid BLOB NOT NULL,
	name TEXT NOT NULL,
	updated_at INTEGER NOT NULL,
	_origin BLOB NOT NULL,
	_stamps TEXT,
	_extra TEXT,
	deleted_at INTEGER,
	_seq INTEGER NOT NULL,
	_isDirty INTEGER NOT NULL,
	_rev INTEGER NOT NULL,
	_base_at INTEGER,
	_base_origin BLOB,
	_lastSyncedAt INTEGER,
	_cloudId INTEGER,
	UNIQUE (tenant, uuid)
);
CREATE INDEX categories_seq ON categories (tenant, _seq) WHERE _seq > 0;
CREATE TABLE products (
	id INTEGER PRIMARY KEY,
	tenant BLOB NOT NULL,
	uuid BLOB NOT NULL,
	name TEXT NOT NULL,
	sku TEXT,
	barcode TEXT,
	price INTEGER NOT NULL,
	tax_rate INTEGER,
	category BLOB,
	unit TEXT,
	tracked INTEGER NOT NULL,
	low_stock INTEGER,
	archived INTEGER NOT NULL,
	note TEXT,
	updated_at INTEGER NOT NULL,
	_origin BLOB NOT NULL,
	_stamps TEXT,
	_extra TEXT,
	deleted_at INTEGER,
	_seq INTEGER NOT NULL,
	_isDirty INTEGER NOT NULL,
	_rev INTEGER NOT NULL,
	_base_at INTEGER,
	_base_origin BLOB,
	_lastSyncedAt INTEGER,
	_cloudId INTEGER,
	UNIQUE (tenant, uuid)
);
CREATE INDEX products_seq ON products (tenant, _seq) WHERE _seq > 0;
CREATE INDEX products_0 ON products (tenant, sku);
CREATE INDEX products_1 ON products (tenant, barcode);
CREATE INDEX products_2 ON products (tenant, name);
CREATE TABLE customers (
	id INTEGER PRIMARY KEY,
	tenant BLOB NOT NULL,
	uuid BLOB NOT NULL,
	name TEXT,
	phone TEXT,
	email TEXT,
	address TEXT,
	note TEXT,
	archived INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	_origin BLOB NOT NULL,
	_stamps TEXT,
	_extra TEXT,
	deleted_at INTEGER,
	_seq INTEGER NOT NULL,
	_isDirty INTEGER NOT NULL,
	_rev INTEGER NOT NULL,
	_base_at INTEGER,
	_base_origin BLOB,
	_lastSyncedAt INTEGER,
	_cloudId INTEGER,
	UNIQUE (tenant, uuid)
);
CREATE INDEX customers_seq ON customers (tenant, _seq) WHERE _seq > 0;
CREATE INDEX customers_0 ON customers (tenant, phone);
CREATE TABLE suppliers (
	id INTEGER PRIMARY KEY,
	tenant BLOB NOT NULL,
	uuid BLOB NOT NULL,
	name TEXT NOT NULL,
	contact TEXT,
	phone TEXT,
	email TEXT,
	note TEXT,
	archived INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	_origin BLOB NOT NULL,
	_stamps TEXT,
	_extra TEXT,
	deleted_at INTEGER,
	_seq INTEGER NOT NULL,
	_isDirty INTEGER NOT NULL,
	_rev INTEGER NOT NULL,
	_base_at INTEGER,
	_base_origin BLOB,
	_lastSyncedAt INTEGER,
	_cloudId INTEGER,
	UNIQUE (tenant, uuid)
);
CREATE INDEX suppliers_seq ON suppliers (tenant, _seq) WHERE _seq > 0;
CREATE TABLE purchases (
	id INTEGER PRIMARY KEY,
	tenant BLOB NOT NULL,
	uuid BLOB NOT NULL,
	number TEXT,
	at INTEGER,
	supplier BLOB,
	status TEXT NOT NULL,
	note TEXT,
	entered_by BLOB,
	filled INTEGER,
	device BLOB,
	clock_offset INTEGER,
	updated_at INTEGER NOT NULL,
	_origin BLOB NOT NULL,
	_stamps TEXT,
	_extra TEXT,
	deleted_at INTEGER,
	_seq INTEGER NOT NULL,
	_isDirty INTEGER NOT NULL,
	_rev INTEGER NOT NULL,
	_base_at INTEGER,
	_base_origin BLOB,
	_lastSyncedAt INTEGER,
	_cloudId INTEGER,
	UNIQUE (tenant, uuid)
);
CREATE INDEX purchases_seq ON purchases (tenant, _seq) WHERE _seq > 0;
CREATE TABLE invoices (
	id INTEGER PRIMARY KEY,
	tenant BLOB NOT NULL,
	uuid BLOB NOT NULL,
	number TEXT,
	at INTEGER,
	shift BLOB,
	customer BLOB,
	note TEXT,
	tax_included INTEGER,
	total INTEGER,
	tax INTEGER,
	paid INTEGER,
	change_given INTEGER,
	entered_by BLOB,
	filled INTEGER,
	device BLOB,
	clock_offset INTEGER,
	updated_at INTEGER NOT NULL,
	_origin BLOB NOT NULL,
	_stamps TEXT,
	_extra TEXT,
	deleted_at INTEGER,
	_seq INTEGER NOT NULL,
	_isDirty INTEGER NOT NULL,
	_rev INTEGER NOT NULL,
	_base_at INTEGER,
	_base_origin BLOB,
	_lastSyncedAt INTEGER,
	_cloudId INTEGER,
	UNIQUE (tenant, uuid)
);
CREATE INDEX invoices_seq ON invoices (tenant, _seq) WHERE _seq > 0;
CREATE INDEX invoices_0 ON invoices (tenant, customer) WHERE customer IS NOT NULL;
CREATE TABLE purchase_lines (
	tenant BLOB NOT NULL,
	doc BLOB NOT NULL,
	pos INTEGER NOT NULL,
	product BLOB NOT NULL,
	qty INTEGER NOT NULL,
	unit_cost INTEGER NOT NULL,
	PRIMARY KEY (tenant, doc, pos)
) WITHOUT ROWID;
CREATE TABLE invoice_lines (
	tenant BLOB NOT NULL,
	doc BLOB NOT NULL,
	pos INTEGER NOT NULL,
	product BLOB NOT NULL,
	name TEXT,
	qty INTEGER NOT NULL,
	unit_price INTEGER,
	tax_rate INTEGER,
	discount INTEGER,
	amount INTEGER,
	tax INTEGER,
	PRIMARY KEY (tenant, doc, pos)
) WITHOUT ROWID;
CREATE TABLE invoice_payments (
	tenant BLOB NOT NULL,
	doc BLOB NOT NULL,
	pos INTEGER NOT NULL,
	method TEXT NOT NULL,
	amount INTEGER NOT NULL,
	PRIMARY KEY (tenant, doc, pos)
) WITHOUT ROWID;
CREATE TABLE stock_moves (
	tenant BLOB NOT NULL,
	doc BLOB NOT NULL,
	pos INTEGER NOT NULL,
	uuid BLOB NOT NULL,
	source TEXT NOT NULL,
	at INTEGER NOT NULL,
	line INTEGER NOT NULL,
	product BLOB NOT NULL,
	qty INTEGER NOT NULL,
	cost INTEGER NOT NULL,
	layer BLOB,
	PRIMARY KEY (tenant, doc, pos)
) WITHOUT ROWID;
CREATE INDEX stock_moves_0 ON stock_moves (tenant, product, at);
CREATE TABLE journal_entries (
	tenant BLOB NOT NULL,
	doc BLOB NOT NULL,
	pos INTEGER NOT NULL,
	uuid BLOB NOT NULL,
	source TEXT NOT NULL,
	at INTEGER NOT NULL,
	PRIMARY KEY (tenant, doc, pos)
) WITHOUT ROWID;
CREATE INDEX journal_entries_0 ON journal_entries (tenant, at);
CREATE TABLE journal_lines (
	tenant BLOB NOT NULL,
	doc BLOB NOT NULL,
	pos INTEGER NOT NULL,
	account BLOB NOT NULL,
	debit INTEGER NOT NULL,
	credit INTEGER NOT NULL,
	PRIMARY KEY (tenant, doc, pos)
) WITHOUT ROWID;
CREATE TABLE server (
	one INTEGER NOT NULL,
	uuid BLOB NOT NULL,
	device BLOB NOT NULL,
	incarnation INTEGER NOT NULL,
	role TEXT NOT NULL,
	clock_last INTEGER NOT NULL,
	PRIMARY KEY (one)
) WITHOUT ROWID;
CREATE TABLE tenants (
	uuid BLOB NOT NULL,
	name TEXT NOT NULL,
	status TEXT NOT NULL,
	license_hash BLOB,
	seq INTEGER NOT NULL,
	epoch BLOB NOT NULL,
	created_at INTEGER NOT NULL,
	PRIMARY KEY (uuid)
) WITHOUT ROWID;
CREATE TABLE devices (
	tenant BLOB NOT NULL,
	uuid BLOB NOT NULL,
	incarnation INTEGER NOT NULL,
	server BLOB NOT NULL,
	name TEXT NOT NULL,
	public_key BLOB NOT NULL,
	os TEXT,
	version TEXT,
	status TEXT NOT NULL,
	code TEXT NOT NULL,
	prefix TEXT,
	asked_at INTEGER NOT NULL,
	approved_at INTEGER,
	revoked_at INTEGER,
	last_seen INTEGER,
	pending INTEGER,
	cursor INTEGER,
	alarm TEXT,
	PRIMARY KEY (tenant, uuid)
) WITHOUT ROWID;
CREATE TABLE device_stats (
	tenant BLOB NOT NULL,
	device BLOB NOT NULL,
	hour INTEGER NOT NULL,
	pushed INTEGER NOT NULL,
	pulled INTEGER NOT NULL,
	conflicts INTEGER NOT NULL,
	PRIMARY KEY (tenant, device, hour)
) WITHOUT ROWID;
CREATE TABLE pairing (
	tenant BLOB NOT NULL,
	url TEXT NOT NULL,
	name TEXT NOT NULL,
	status TEXT NOT NULL,
	trouble TEXT,
	code TEXT,
	prefix TEXT,
	paused INTEGER NOT NULL,
	epoch BLOB,
	hub BLOB,
	cursor INTEGER NOT NULL,
	load TEXT,
	load_done INTEGER NOT NULL,
	load_total INTEGER NOT NULL,
	loaded_at INTEGER,
	server_time INTEGER,
	server_boot INTEGER,
	boot_id TEXT,
	last_cycle INTEGER,
	verified_at INTEGER,
	verified_seq INTEGER,
	PRIMARY KEY (tenant)
) WITHOUT ROWID;
CREATE TABLE sessions (
	token_hash BLOB NOT NULL,
	tenant BLOB,
	user_uuid BLOB,
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	PRIMARY KEY (token_hash)
) WITHOUT ROWID;
CREATE TABLE lockouts (
	tenant BLOB NOT NULL,
	subject TEXT NOT NULL,
	misses INTEGER NOT NULL,
	until INTEGER NOT NULL,
	PRIMARY KEY (tenant, subject)
) WITHOUT ROWID;
CREATE TABLE outbox (
	tenant BLOB NOT NULL,
	tbl INTEGER NOT NULL,
	uuid BLOB NOT NULL,
	since INTEGER NOT NULL,
	tries INTEGER NOT NULL,
	state TEXT NOT NULL,
	root BLOB,
	code TEXT,
	field TEXT,
	reason TEXT,
	PRIMARY KEY (tenant, tbl, uuid)
) WITHOUT ROWID;
CREATE INDEX outbox_0 ON outbox (tenant, root) WHERE root IS NOT NULL;
CREATE INDEX outbox_1 ON outbox (tenant, tbl, since, uuid) WHERE state = 'ready';
CREATE TABLE parked (
	tenant BLOB NOT NULL,
	tbl INTEGER NOT NULL,
	uuid BLOB NOT NULL,
	needs BLOB NOT NULL,
	seq INTEGER NOT NULL,
	body TEXT NOT NULL,
	reason TEXT NOT NULL,
	PRIMARY KEY (tenant, tbl, uuid)
) WITHOUT ROWID;
CREATE INDEX parked_0 ON parked (tenant, needs);
CREATE TABLE conflicts (
	uuid BLOB NOT NULL,
	tenant BLOB NOT NULL,
	tbl TEXT NOT NULL,
	row BLOB NOT NULL,
	at INTEGER NOT NULL,
	rule TEXT NOT NULL,
	winner TEXT NOT NULL,
	loser TEXT NOT NULL,
	winner_origin BLOB NOT NULL,
	loser_origin BLOB NOT NULL,
	PRIMARY KEY (tenant, uuid)
) WITHOUT ROWID;
CREATE TABLE series (
	tenant BLOB NOT NULL,
	kind TEXT NOT NULL,
	prefix TEXT NOT NULL,
	last INTEGER NOT NULL,
	PRIMARY KEY (tenant, kind, prefix)
) WITHOUT ROWID;
CREATE TABLE numbers (
	tenant BLOB NOT NULL,
	uuid BLOB NOT NULL,
	kind TEXT NOT NULL,
	number TEXT NOT NULL,
	reserved_at INTEGER NOT NULL,
	PRIMARY KEY (tenant, uuid)
) WITHOUT ROWID;
CREATE TABLE stock (
	tenant BLOB NOT NULL,
	product BLOB NOT NULL,
	on_hand INTEGER NOT NULL,
	value INTEGER NOT NULL,
	PRIMARY KEY (tenant, product)
) WITHOUT ROWID;
CREATE TABLE layers (
	tenant BLOB NOT NULL,
	uuid BLOB NOT NULL,
	product BLOB NOT NULL,
	doc BLOB NOT NULL,
	pos INTEGER NOT NULL,
	line INTEGER NOT NULL,
	qty_left INTEGER NOT NULL,
	value_left INTEGER NOT NULL,
	PRIMARY KEY (tenant, uuid)
) WITHOUT ROWID;
CREATE INDEX layers_0 ON layers (tenant, product, pos, doc, line) WHERE qty_left > 0;
CREATE INDEX layers_1 ON layers (tenant, doc);
CREATE TABLE schema_version (version bigint NOT NULL);
INSERT INTO schema_version VALUES (1);
