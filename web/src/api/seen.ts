// What the cloud took is handed to the till: the next pull brings it anyhow; so it is
// known here at once, and a cut in this moment hides nothing.
import type { Method } from './http';

interface Seen {
	table: string;
	row: object;
	updated_at?: string;
}

type Row = Record<string, unknown>;

// path, table, and what the path says of the document
const documents: [RegExp, string, string?][] = [
	[/^\/api\/(invoices|purchases|stock-adjustments|customer-payments|supplier-payments|returns|shifts)$/, '$1'],
	[/^\/api\/invoices\/([^/]+)\/cancel$/, 'cancellations', 'invoice'],
	[/^\/api\/invoices\/([^/]+)\/return$/, 'returns', 'invoice'],
	[/^\/api\/invoices\/([^/]+)\/payments$/, 'customer_payments', 'invoice'],
	[/^\/api\/purchases\/([^/]+)\/void$/, 'purchase_voids', 'purchase'],
	[/^\/api\/purchase-orders\/([^/]+)\/receive$/, 'purchases', 'purchase_order'],
	[/^\/api\/shifts\/([^/]+)\/movements$/, 'shift_movements', 'shift'],
	[/^\/api\/shifts\/([^/]+)\/close$/, 'shift_closes', 'shift'],
];
const records = /^\/api\/(products|categories|customers|suppliers|tax-rates|purchase-orders|carts)$/;

// Of an order the cloud takes what was not said: the till must store the same.
function fromOrder(made: Row): Row {
	const lines = (made.lines as Row[]).map(({ product, qty, unit_cost }) => ({ product, qty, unit_cost }));
	return { ...(made.supplier ? { supplier: made.supplier } : {}), lines };
}

// As it was sent; of a record also when the cloud made it.
export function seenBody(method: Method, path: string, sent: unknown, answer: unknown): Seen | null {
	if (method !== 'POST' || typeof sent !== 'object' || !sent)
		return null;
	const made = answer as Row;
	const record = records.exec(path);
	if (record)
		return { table: record[1].replace('-', '_'), row: { ...sent, uuid: made.uuid }, updated_at: made.updated_at as string };
	const hit = documents.find(([re]) => re.test(path));
	if (!hit)
		return null;
	const [re, table, about] = hit;
	const of = re.exec(path)![1];
	const filled = about === 'purchase_order' ? fromOrder(made) : {};
	return { table: table.replace('$1', of).replace('-', '_'), row: { ...filled, ...sent, ...(about ? { [about]: of } : {}) } };
}
