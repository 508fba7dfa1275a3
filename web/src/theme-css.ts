// Run by build.mjs: the theme's variables as a stylesheet.
import { convertCssVariables, DEFAULT_THEME, defaultCssVariablesResolver, mergeMantineTheme } from '@mantine/core';
import { resolver, theme } from './theme';

export function css(): string {
	const full = mergeMantineTheme(DEFAULT_THEME, theme);
	const base = defaultCssVariablesResolver(full);
	const own = resolver(full);
	const all = {
		variables: { ...base.variables, ...own.variables },
		light: { ...base.light, ...own.light },
		dark: { ...base.dark, ...own.dark },
	};
	return convertCssVariables(all, ':root');
}
