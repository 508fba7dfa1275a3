import type { Key, Text } from '..';
import { auth } from './auth';
import { cloud } from './cloud';
import { frame } from './frame';
import { errors } from './errors';
import { pos } from './pos';
import { reports } from './reports';
import { settings } from './settings';
import { shop } from './shop';
import { sync } from './sync';

export const ar: Record<Key, Text> = { ...frame, ...auth, ...cloud, ...errors, ...pos, ...reports, ...settings, ...shop, ...sync };
