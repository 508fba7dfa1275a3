import './ui/mantine.css';
import 'virtual:theme.css';
import './ui/global.css';
import { DirectionProvider, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { onModeChange } from '~/api/client';
import { Unreachable } from '~/api/http';
import { direction, useLanguage } from '~/i18n';
import { listen } from '~/state/live';
import { session } from '~/state/session';
import { lookAgain } from '~/state/status';
import { watchCloud } from '~/ui/toasts';
import { App } from './app';
import { theme } from './theme';

// 'always': what the browser thinks of the network says nothing about localhost.
const queries = new QueryClient({
	defaultOptions: {
		queries: {
			networkMode: 'always',
			retry: (n, e) => e instanceof Unreachable && n < 30,
			retryDelay: (n) => Math.min(500 * 2 ** n, 5000),
			staleTime: 2000,
			refetchOnWindowFocus: true,
		},
		mutations: { networkMode: 'always', retry: false },
	},
});

// Another server answers from now on; another person sees other things.
onModeChange((c) => {
	if (c.from === 'cloud' || c.to === 'cloud')
		void queries.invalidateQueries();
});
let who = session.get()?.token;
session.watch(() => {
	if (session.get()?.token !== who)
		queries.clear();
	who = session.get()?.token;
});
watchCloud();
listen(queries);
lookAgain();

function Root() {
	const dir = direction(useLanguage());
	return (
		<DirectionProvider key={dir} initialDirection={dir} detectDirection={false}>
			<MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
				<QueryClientProvider client={queries}>
					<Notifications position={dir === 'rtl' ? 'top-left' : 'top-right'} limit={4} containerWidth={400} zIndex={500} />
					<App />
				</QueryClientProvider>
			</MantineProvider>
		</DirectionProvider>
	);
}

createRoot(document.getElementById('root')!).render(<Root />);
