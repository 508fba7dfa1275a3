import type { Key, Text } from '..';
import { auth } from './auth';
import { frame } from './frame';
import { errors } from './errors';
import { pos } from './pos';
import { sync } from './sync';

export const ar: Record<Key, Text> = { ...frame, ...auth, ...errors, ...pos, ...sync };
