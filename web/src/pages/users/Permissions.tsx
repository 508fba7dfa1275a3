// What a role may do, by where in the shop it matters.
import { Checkbox } from '@mantine/core';
import { type Key, t } from '~/i18n';
import { type Permission, useSession } from '~/state/session';
import { permissionName } from './names';
import css from './Users.module.css';

const groups: [Key, Permission[]][] = [
	['perms.counter', ['invoices:create', 'invoices:void', 'returns:create', 'customers:take_payments', 'shifts:operate']],
	['perms.look', ['products:read', 'costs:read', 'analytics:view']],
	['perms.goods', ['products:write', 'customers:write', 'inventory:write', 'inventory:adjust', 'suppliers:manage_payments']],
	['perms.shop', ['settings:write', 'settings:manage_users', 'devices:manage', 'conflicts:restore', 'sync:run', 'sync:pair', 'backup:manage']],
];

export function Permissions({ value, onChange, fixed }: { value: string[]; onChange: (v: string[]) => void; fixed: boolean }) {
	const mine = useSession()?.user.permissions;
	const set = (p: string, on: boolean) => onChange(on ? [...value, p] : value.filter((x) => x !== p));
	return (
		<>
			{groups.map(([title, list]) => (
				<fieldset key={title} className={css.group}>
					<legend>{t(title)}</legend>
					{list.map((p) => (
						<Checkbox key={p} classNames={{ body: css.permission, labelWrapper: css.wide }} label={permissionName(p)} checked={fixed || value.includes(p)}
							disabled={fixed || (mine !== undefined && !mine.includes(p))} onChange={(e) => set(p, e.currentTarget.checked)} />
					))}
				</fieldset>
			))}
		</>
	);
}
