import './ui/mantine.css';
import 'virtual:theme.css';
import './ui/global.css';
import { DirectionProvider, MantineProvider, useDirection } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { onModeChange } from '~/api/client';
import { Unreachable } from '~/api/http';
import { beginWords, direction, useLanguage } from '~/i18n';
import { listen } from '~/state/live';
import { watchIdleness } from '~/state/lock';
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
const person = () => session.get()?.user.uuid;
let who = person();
session.watch(() => {
	if (person() !== who)
		queries.clear();
	who = person();
});
watchIdleness();
watchCloud();
listen(queries);
lookAgain();

// Another language may read from the other side; what is typed stays.
function FollowLanguage() {
	const dir = direction(useLanguage());
	const { setDirection } = useDirection();
	useEffect(() => setDirection(dir), [dir]);
	return <Notifications position={dir === 'rtl' ? 'bottom-right' : 'bottom-left'} limit={4} containerWidth={400} zIndex={500} />;
}

function Root() {
	return (
		<DirectionProvider initialDirection={direction()} detectDirection={false}>
			<MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
				<QueryClientProvider client={queries}>
					<FollowLanguage />
					<App />
				</QueryClientProvider>
			</MantineProvider>
		</DirectionProvider>
	);
}

void beginWords().then(() => createRoot(document.getElementById('root')!).render(<Root />));
