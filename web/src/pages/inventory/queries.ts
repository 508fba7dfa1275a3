import { useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, query } from '~/api/client';
import { useDocument } from '~/api/documents';
import { Problem, Unreachable } from '~/api/http';
import type { Category, Layer, List, Move, Product, StockRow, TaxRate } from '~/api/types';
import { exponent, plain } from '~/i18n/format';
import { session, useMay } from '~/state/session';
import { PAGE, allOf, useList } from '~/ui/lists';

export const useProductList = (q: string) => useList<Product>('products', '/api/products', { q }, api, true, isLive);

// What is at one level, as the server finds it.
export const useStockAt = (q: string, level: string) => useList<StockRow>('inventory', '/api/inventory', { q, level }, api, true);

export function useProduct(id: string) {
	return useQuery({ queryKey: ['products', 'one', id], queryFn: () => api.get<Product>(`/api/products/${id}`) });
}

function isLive(p: Product): boolean {
	return !p.archived;
}

// What is on hand of the products on this page, for whoever may know.  Both lists go by
// the same order, and what has stock is a product: a page of stock that begins where a
// page of products begins has all of that page.
export function useStock(q: string, cursors: string[]) {
	const may = useMay('cost');
	const of = useQueries({
		queries: cursors.map((after) => ({
			queryKey: ['inventory', 'list', q, after],
			queryFn: ({ signal }: { signal: AbortSignal }) => api.get<List<StockRow>>(query('/api/inventory', { q, limit: PAGE, after }), { signal }),
			enabled: may,
		})),
		combine: stockOfProducts,
	});
	return { of, may };
}

function stockOfProducts(pages: { data?: List<StockRow> }[]): Map<string, StockRow> {
	return new Map(pages.flatMap((p) => p.data?.items ?? []).map((r) => [r.product, r]));
}

const UNIT = 1000; // quantities are thousandths

// The whole list as it is filtered, a line for each; amounts as on a label, as an import reads them.
export async function exportOf(q: string, level: string, mayCost: boolean): Promise<unknown[][]> {
	const line = (p: Product | StockRow, s?: StockRow) => [p.name, p.sku, p.barcode, plain(p.price, exponent()), s && s.on_hand / UNIT, s?.level];
	if (level)
		return (await allOf<StockRow>('/api/inventory', { q, level })).map((s) => line(s, s));
	const stock = new Map((mayCost ? await allOf<StockRow>('/api/inventory', { q }) : []).map((s) => [s.product, s]));
	return (await allOf<Product>('/api/products', { q })).filter(isLive).map((p) => line(p, stock.get(p.uuid)));
}

export function useStockOf(product: string) {
	const may = useMay('cost');
	return useQuery({
		queryKey: ['inventory', 'moves', product],
		queryFn: () => api.get<List<Move>>(`/api/inventory/${product}/moves?limit=100`),
		enabled: may,
	});
}

export function useLayersOf(product: string) {
	return useQuery({
		queryKey: ['inventory', 'layers', product],
		queryFn: async () => (await api.get<List<Layer>>(`/api/inventory/${product}/layers?limit=100`)).items,
	});
}

export function useCategories() {
	return useQuery({ queryKey: ['categories'], queryFn: async () => (await api.get<List<Category>>('/api/categories?limit=500')).items, staleTime: 60_000 });
}

export function useTaxRates() {
	return useQuery({ queryKey: ['tax_rates', 'all'], queryFn: async () => (await api.get<List<TaxRate>>('/api/tax-rates?limit=200')).items, staleTime: 60_000 });
}

const touched = ['inventory', 'reports', 'purchases', 'products'];

export interface PurchaseBody {
	supplier?: string;
	note?: string;
	lines: { product: string; qty: number; unit_cost: number }[];
}

export const useRestock = () => useDocument<{ number: string }, PurchaseBody>('purchase', '/api/purchases', [...touched, 'accounts_of']);

export interface AdjustBody {
	kind: 'adjust' | 'count' | 'opening';
	reason: string;
	lines: { product: string; qty?: number; counted?: number; unit_cost?: number }[];
}

export const useAdjust = () => useDocument<{ number: string }, AdjustBody>('stock_adjustment', '/api/stock-adjustments', touched);

export interface ImportReport {
	rows: number;
	created: number;
	changed: number;
	unchanged: number;
	refused: number;
	stored: boolean;
	errors: { line: number; field: string; code: string; reason: string }[];
}

export type ImportKind = 'products' | 'customers' | 'suppliers' | 'opening-stock';

// A file is no JSON: it goes to this very server, as it is.
async function sendFile(kind: ImportKind, file: File, dryRun: boolean, skip: boolean): Promise<ImportReport> {
	let response: Response;
	try {
		response = await fetch(query(`/api/import/${kind}`, { dry_run: dryRun ? 1 : null, skip_errors: skip ? 1 : null }), {
			method: 'POST', body: await file.text(), credentials: 'omit',
			headers: { 'Content-Type': 'text/csv', Authorization: `Bearer ${session.get()?.token ?? ''}` },
		});
	} catch (e) {
		throw new Unreachable(String(e));
	}
	const answer = (await response.json()) as ImportReport & Record<string, unknown>;
	if (!response.ok && !Array.isArray(answer.errors))
		throw new Problem(response.status, answer, null);
	return answer;
}

export function useImport() {
	const queries = useQueryClient();
	return useMutation({
		mutationFn: (v: { kind: ImportKind; file: File; dryRun: boolean; skip: boolean }) => sendFile(v.kind, v.file, v.dryRun, v.skip),
		onSuccess: (r) => r.stored && void queries.invalidateQueries(),
	});
}

