import { useQuery } from '@tanstack/react-query';
import { api } from '~/api/client';
import { useDocument } from '~/api/documents';
import type { Shift, ShiftDetail } from '~/api/types';
import { useList } from '~/ui/lists';

export const useShifts = () => useList<Shift>('shifts', '/api/shifts');

export function useShift(id: string) {
	return useQuery({ queryKey: ['shifts', 'one', id], queryFn: () => api.get<ShiftDetail>(`/api/shifts/${id}`) });
}

const touched = ['shifts', 'reports'];

export const useOpen = () => useDocument<Shift, { opening: number; note?: string }>('shift', '/api/shifts', touched);

export interface MoveBody {
	kind: 'cash_in' | 'cash_out' | 'expense';
	amount: number;
	reason: string;
}

export const useMove = (id: string) => useDocument<object, MoveBody>('shift_movement', `/api/shifts/${id}/movements`, touched);
export const useClose = (id: string) => useDocument<{ expected: number; difference: number }, { counted: number; note?: string }>('shift_close', `/api/shifts/${id}/close`, touched);
