import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

const pine: MantineColorsTuple = ['#ecf8f5', '#d8efe8', '#aeddd0', '#80cab6', '#5bbaa0', '#3fae91', '#2f9a7f', '#1f806a',
	'#126654', '#084d3f'];
const dark: MantineColorsTuple = ['#d3d9d8', '#b9c1bf', '#98a3a1', '#6c7775', '#3c4644', '#303937', '#262e2c', '#1c2321',
	'#151b1a', '#0f1413'];

export const theme = createTheme({
	colors: { pine, dark },
	primaryColor: 'pine',
	primaryShade: { light: 8, dark: 8 },
	autoContrast: true,
	defaultRadius: 'md',
	cursorType: 'pointer',
	respectReducedMotion: true,
	fontFamily: 'system-ui, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Arabic", "DejaVu Sans", sans-serif',
	fontFamilyMonospace: 'ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace',
	headings: { fontWeight: '650' },
	components: {
		Modal: { styles: { title: { fontWeight: 650, fontSize: '1.1rem' } }, defaultProps: { lockScroll: false, centered: true, overlayProps: { backgroundOpacity: 0.45 } } },
		Drawer: { styles: { title: { fontWeight: 650, fontSize: '1.1rem' } }, defaultProps: { lockScroll: false, overlayProps: { backgroundOpacity: 0.45 } } },
		// Fields beside each other stand on one line, whichever of them needs an explanation.
		InputWrapper: { defaultProps: { inputWrapperOrder: ['label', 'input', 'description', 'error'] } },
		Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
		Tooltip: { defaultProps: { openDelay: 300, withArrow: true, events: { hover: true, focus: true, touch: false } } },
		Badge: { styles: { label: { textTransform: 'none', fontWeight: 650 } }, defaultProps: { size: 'lg' } },
	},
});

// Mantine's defaults miss AA in a few places.
export const resolver: CSSVariablesResolver = () => ({
	variables: { '--fx-bar': '3.5rem' },
	light: {
		'--mantine-color-body': '#ffffff',
		'--mantine-color-dimmed': '#56605d',
		'--mantine-color-placeholder': '#646e6b',
		'--mantine-color-error': '#b3261e',
		'--mantine-color-orange-light-color': '#8a3d00',
		'--fx-ground': '#f4f6f4',
		'--fx-line': '#dfe4e1',
		'--fx-soft': '#eef2ef',
		'--fx-ok': '#126654',
		'--fx-warn': '#8a5300',
		'--fx-bad': '#b3261e',
		'--fx-flash': '#fff4cf',
	},
	dark: {
		'--mantine-color-body': '#1c2321',
		'--mantine-color-dimmed': '#a7b1ae',
		'--mantine-color-placeholder': '#9aa5a2',
		'--mantine-color-error': '#ff9d94',
		'--mantine-color-anchor': '#80cab6',
		'--fx-ground': '#121716',
		'--fx-line': '#303937',
		'--fx-soft': '#242c2a',
		'--fx-ok': '#80cab6',
		'--fx-warn': '#f2b84b',
		'--fx-bad': '#ff9d94',
		'--fx-flash': '#3b3420',
	},
});
