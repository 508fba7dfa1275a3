import { auth } from './auth';
import { backup } from './backup';
import { cloud } from './cloud';
import { frame } from './frame';
import { judge } from './judge';
import { errors } from './errors';
import { pos } from './pos';
import { reports } from './reports';
import { settings } from './settings';
import { shop } from './shop';
import { shifts } from './shifts';
import { suppliers } from './suppliers';
import { sync } from './sync';
import { users } from './users';

export const en = { ...frame, ...auth, ...backup, ...cloud, ...errors, ...judge, ...pos, ...reports, ...shifts, ...settings, ...shop, ...suppliers, ...users, ...sync } as const;
