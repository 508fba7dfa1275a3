import { known, t } from '~/i18n';
import type { Role } from '~/api/types';

const seedNames: Record<string, string> = { owner: 'Owner', manager: 'Manager', cashier: 'Cashier', agent: 'Sales agent' };

// The usual roles are stored in English; one that the shop has renamed keeps its name.
export function roleName(code: string, roles: Role[]): string {
	const name = roles.find((r) => r.code === code)?.name;
	const key = known(`role.${code}`);
	return key && code in seedNames && (!name || name === seedNames[code]) ? t(key) : (name ?? code);
}

export function permissionName(p: string): string {
	const key = known(`perm.${p}`);
	return key ? t(key) : p;
}
