#!/usr/bin/perl
# Who comes in by which door: names and origins of web pages, what is internal,
# the console's files.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use File::Temp qw(tempdir);
use IO::Socket::INET;
use Test::More;
use Fexl;

# A console of three files, and a secret beside it.
my $web = tempdir(CLEANUP => 1);
sub put
{
	my ($path, $text) = @_;

	open(my $f, '>', $path) or die "$path: $!";
	print {$f} $text;
	close($f);
}
mkdir("$web/console") && mkdir("$web/console/assets") or die;
put("$web/secret.txt", 'do not show');
put("$web/console/index.html", '<!doctype html><title>Console</title>');
put("$web/console/assets/main-4RZ3DK2A.js", 'let a = 1;');
put("$web/console/assets/main-4RZ3DK2A.js.gz", 'not really gzip');
symlink("$web/secret.txt", "$web/console/link.txt") or die;

my $till = Fexl->start(FEXL_ROLE => 'desktop', FEXL_WEB_DIR => "$web/console", FEXL_PUBLIC_HOSTS => 'till.example, lan.example:8443');
my $hub = Fexl->start(FEXL_ROLE => 'cloud', FEXL_ALLOWED_ORIGINS => 'https://shop.example');
my $owner = $till->set_up;
my $shop = $hub->make_shop('North');

sub said { return Fexl::said(@_) }

subtest 'a name that is not ours is an attack' => sub {
	my %answers = (
		'localhost' => 200, 'LOCALHOST:1' => 200, '127.0.0.1:99' => 200, '127.9.9.9' => 200, '[::1]' => 200, '[::1]:80' => 200,
		'till.example' => 200, 'till.example:77' => 200, 'lan.example:8443' => 200,
		'lan.example' => '421 host', 'evil.example' => '421 host', 'localhost.evil.example' => '421 host',
		'127.0.0.1.evil.example' => '421 host', '10.0.0.1' => '421 host',
	);

	is(said($till->get('/api/products', token => $owner, host => $_)), $answers{$_}, $_) for sort keys %answers;
	is(said($till->get('/', host => 'evil.example')), '421 host', 'not even a page');
};

subtest 'another site\'s page does not write at a till' => sub {
	my $own = "http://127.0.0.1:$till->{port}";
	my @foreign = ('https://evil.example', 'http://localhost:3000', 'null', "https://127.0.0.1.evil.example:$till->{port}");
	my %try = (token => $owner, host => "127.0.0.1:$till->{port}");

	for my $origin (@foreign) {
		my $r = $till->post('/api/categories', { name => 'x' }, %try, header => { Origin => $origin });
		is(said($r), '403 cross_site', "Origin: $origin");
		is(Fexl::header($r, 'Access-Control-Allow-Origin'), '', 'and it may not read the answer');
	}
	is(said($till->post('/api/categories', { name => 'x' }, %try, header => { 'Sec-Fetch-Site' => 'cross-site' })), '403 cross_site',
		'Sec-Fetch-Site: cross-site');
	is(said($till->post('/api/categories', { name => 'x' }, %try, header => { 'Sec-Fetch-Site' => 'same-site' })), '403 cross_site',
		'nor same-site: another port is another page');
	is(said($till->post('/api/categories', { name => 'own' }, %try, header => { Origin => $own })), 201, 'our own page does');
	is(said($till->tcp('OPTIONS', '/api/categories', %try, header => { Origin => 'http://localhost:3000',
		'Access-Control-Request-Method' => 'POST' })), '405 method', 'and no preflight is answered');
	is(Fexl::header($till->get('/api/categories', %try, header => { Origin => 'http://localhost:3000' }), 'Access-Control-Allow-Origin'), '',
		'nor may others read');
};

subtest 'the cloud opens CORS for consoles of tills' => sub {
	for my $origin ('http://127.0.0.1:8089', 'http://localhost:5173', 'https://shop.example') {
		my $r = $hub->tcp('OPTIONS', '/api/products', header => { Origin => $origin, 'Access-Control-Request-Method' => 'POST',
			'Access-Control-Request-Headers' => 'authorization,content-type' });
		is($r->{status}, 204, "preflight from $origin");
		is(Fexl::header($r, 'Access-Control-Allow-Origin'), $origin, 'allowed by name');
		like(Fexl::header($r, 'Access-Control-Allow-Headers'), qr/Authorization/, 'with a token');
		is(Fexl::header($r, 'Access-Control-Allow-Credentials'), '', 'without cookies');
		$r = $hub->post('/api/products', { name => "from $origin", price => 1 }, token => $shop->{token}, header => { Origin => $origin });
		is($r->{status}, 201, 'and then it writes');
		is(Fexl::header($r, 'Access-Control-Allow-Origin'), $origin, 'and reads the answer');
		$r = $hub->get('/api/nothing', header => { Origin => $origin });
		is(Fexl::header($r, 'Access-Control-Allow-Origin'), $origin, 'also a refusal');
	}
	for my $origin ('https://evil.example', 'http://localhost.evil.example', 'http://127.0.0.1.evil.example', 'https://shop.example.evil') {
		my $r = $hub->post('/api/products', { name => 'x', price => 1 }, token => $shop->{token}, header => { Origin => $origin });
		is(said($r), '403 cross_site', "not for $origin");
		is(Fexl::header($r, 'Access-Control-Allow-Origin'), '', 'which cannot read it either');
	}
	like(Fexl::header($hub->get('/api/products', token => $shop->{token}), 'Vary'), qr/Origin/, 'Vary: Origin');
};

subtest 'what is internal is not there for the network' => sub {
	for my $path (qw(/internal/kick /internal/setup-code /internal/sync/apply /internal/sync/state)) {
		is(said($till->post($path, {}, token => $owner)), '404 no_route', "POST $path");
		is(said($till->get($path, token => $owner)), '404 no_route', "GET $path");
	}
	unlike($till->get('/metrics')->{text}, qr/fexl_/, 'nor are the metrics');
	unlike($till->get('/status')->{text}, qr/incarnation/, 'nor is the status');
	is(said($till->local('POST', '/internal/kick')), 202, 'on our own socket it is');
};

subtest 'the console\'s files' => sub {
	my $r = $till->get('/');
	is($r->{text}, '<!doctype html><title>Console</title>', 'the page');
	is(Fexl::header($r, 'Cache-Control'), 'no-cache', 'asked for each time');
	like(Fexl::header($r, 'Content-Security-Policy'), qr/^default-src 'self'; connect-src 'self';/, 'talks to us only');
	is($till->get('/sell/now')->{text}, $r->{text}, 'a place within it');
	$r = $till->get('/assets/main-4RZ3DK2A.js');
	is($r->{text}, 'let a = 1;', 'a script');
	like(Fexl::header($r, 'Content-Type'), qr{^text/javascript}, 'as one');
	like(Fexl::header($r, 'Cache-Control'), qr/immutable/, 'that never changes');
	$r = $till->get('/assets/main-4RZ3DK2A.js', header => { 'Accept-Encoding' => 'gzip' });
	is($r->{text}, 'not really gzip', 'packed, for who takes it');
	is(Fexl::header($r, 'Content-Encoding'), 'gzip', 'and says so');
	is($till->tcp('HEAD', '/')->{text}, '', 'HEAD has no body');
	is(said($till->post('/', {})), '405 method', 'nobody writes there');
	is(said($till->get('/assets/none-AAAAAAAA.js')), '404 no_route', 'a file that is not there');
	is(said($till->get('/link.txt')), '404 no_route', 'a link that leads out');
	for my $path ('/../secret.txt', '/assets/../../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '//secret.txt', '/assets/..%5c..%5csecret.txt') {
		unlike($till->get($path)->{text}, qr/do not show/, $path);
	}
};

subtest 'the page may talk to the cloud it is paired with' => sub {
	my $r = $till->put('/api/sync/pairing', { url => 'https://cloud.example:8443/', tenant_uuid => $shop->{uuid},
		license_key => $shop->{key}, name => 'Till 1' }, token => $owner);
	is($r->{status}, 202, 'pairing') or diag($r->{text});
	is($r->{json}{status}, 'registering', 'is begun');
	like(Fexl::header($till->get('/'), 'Content-Security-Policy'),
		qr{connect-src 'self' https://cloud\.example:8443 wss://cloud\.example:8443;}, 'and the policy says so');
	ok(-s "$till->{dir}/data/license", 'the licence key waits for syncd');
	is((stat "$till->{dir}/data/license")[2] & 0777, 0600, 'for nobody else');
	is($till->get('/api/sync/status', token => $owner)->{json}{state}, 'registering', 'status');
	is($till->get('/api/categories', token => $owner)->{json}{items}[0]{name}, 'own', 'the shop\'s rows went along');
	is(said($till->post('/api/categories', { name => 'later' }, token => $owner)), 201, 'and it goes on');
	is(said($till->delete_('/api/sync/pairing', token => $owner)), 200, 'off again');
	ok(!-e "$till->{dir}/data/license", 'the key is gone');
	is($till->get('/api/sync/status', token => $owner)->{json}{state}, 'off', 'status');
	unlike(Fexl::header($till->get('/'), 'Content-Security-Policy'), qr/cloud\.example/, 'and so is the policy');
	is(scalar @{$till->get('/api/categories', token => $owner)->{json}{items}}, 2, 'the data stays');
};

subtest 'one port, one server' => sub {
	my $second = eval { Fexl->start(FEXL_ROLE => 'desktop', FEXL_LISTEN => "127.0.0.1:$till->{port}") };

	is($second, undef, 'does not start');
	like($@, qr/did not start.*127\.0\.0\.1:$till->{port}/s, 'and says why');
};

is($_->stop, 0, 'ends in order') for $till, $hub;
done_testing();
