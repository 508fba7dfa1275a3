// Names of what a row points at, asked for when they are looked at.
import { useQuery } from '@tanstack/react-query';
import { api, here } from '~/api/client';
import type { Customer, Product, Supplier, User } from '~/api/types';

const LONG_MS = 60_000;

export function useCustomer(uuid: string | null | undefined) {
	return useQuery({ queryKey: ['customers', 'one', uuid], queryFn: () => api.get<Customer>(`/api/customers/${uuid}`), enabled: !!uuid, staleTime: LONG_MS });
}

export function useProduct(uuid: string | null | undefined) {
	return useQuery({ queryKey: ['products', 'one', uuid], queryFn: () => api.get<Product>(`/api/products/${uuid}`), enabled: !!uuid, staleTime: LONG_MS });
}

export function useSupplier(uuid: string | null | undefined) {
	return useQuery({ queryKey: ['suppliers', 'one', uuid], queryFn: () => api.get<Supplier>(`/api/suppliers/${uuid}`), enabled: !!uuid, staleTime: LONG_MS });
}

export function useUser(uuid: string | null | undefined) {
	return useQuery({ queryKey: ['users', 'one', uuid], queryFn: () => here.get<User>(`/api/users/${uuid}`), enabled: !!uuid, staleTime: LONG_MS });
}

export function CustomerName({ uuid, none = '–' }: { uuid: string | null; none?: string }) {
	const { data } = useCustomer(uuid);
	return <bdi>{uuid ? (data?.name ?? data?.phone ?? '…') : none}</bdi>;
}

export function ProductName({ uuid }: { uuid: string | null }) {
	const { data } = useProduct(uuid);
	return <bdi>{data?.name ?? '…'}</bdi>;
}

export function SupplierName({ uuid, none = '–' }: { uuid: string | null; none?: string }) {
	const { data } = useSupplier(uuid);
	return <bdi>{uuid ? (data?.name ?? '…') : none}</bdi>;
}

export function UserName({ uuid }: { uuid: string | null }) {
	const { data, error } = useUser(uuid);
	return <bdi>{uuid && !error ? (data?.name ?? '…') : '–'}</bdi>;
}
