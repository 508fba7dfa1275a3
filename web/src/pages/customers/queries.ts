import { useInfiniteQuery } from '@tanstack/react-query';
import { api, query } from '~/api/client';
import { useDocument } from '~/api/documents';
import type { Account, Customer, CustomerPayment, PayMethod, Supplier } from '~/api/types';
import { useList } from '~/ui/lists';

export const useCustomers = (q: string) => useList<Customer>('customers', '/api/customers', { q });
export const useSuppliers = (q: string) => useList<Supplier>('suppliers', '/api/suppliers', { q });

export function useAccount(kind: 'customers' | 'suppliers', id: string) {
	return useInfiniteQuery({
		queryKey: ['accounts_of', kind, id],
		initialPageParam: '',
		queryFn: ({ pageParam }) => api.get<Account>(query(`/api/${kind}/${id}/account`, { limit: 50, after: pageParam })),
		getNextPageParam: (last) => last.next || undefined,
	});
}

const touched = ['accounts_of', 'invoices', 'reports', 'shifts'];

export interface CollectBody {
	customer: string;
	method: PayMethod;
	amount: number;
	shift?: string;
}

export const useCollect = () => useDocument<CustomerPayment, CollectBody>('customer_payment', '/api/customer-payments', touched);
