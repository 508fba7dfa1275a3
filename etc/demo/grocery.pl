#!/usr/bin/perl
# A made-up grocery with a past, for the demo and for tests: CSV to stdout, in
# the columns of "Online Retail", as `fexlctl import FILE --map online-retail`
# reads them.  The same seed makes the same shop on every machine.
#
#	grocery.pl [--seed 7] [--products 1200] [--customers 300] [--invoices 2400]
use strict;
use warnings;

my %want = (seed => 7, products => 1200, customers => 300, invoices => 2400);
my $LINES_MAX = 12;		# on one invoice
my $REGULAR = 0.4;		# of the invoices name a customer
my $FIRST_INVOICE = 500001;
my $FIRST_CUSTOMER = 10001;

# What a shelf holds: kinds, sizes, and the price of the first size in cents.
# Larger sizes cost more, but less than in proportion.
my @shelves = (
	[ 'Rice', 145, [ qw(Amber Basmati Jasmine Sushi Risotto Brown Wild Parboiled) ], [ '500 g', '1 kg', '2 kg', '5 kg', '10 kg' ] ],
	[ 'Flour', 79, [ qw(Wheat Wholemeal Rye Spelt Maize Chickpea) ], [ '500 g', '1 kg', '2 kg', '5 kg' ] ],
	[ 'Sugar', 99, [ qw(White Brown Cane Icing Vanilla) ], [ '250 g', '500 g', '1 kg', '5 kg' ] ],
	[ 'Pasta', 89, [ qw(Spaghetti Penne Fusilli Farfalle Linguine Macaroni Tagliatelle Orzo) ], [ '250 g', '500 g', '1 kg' ] ],
	[ 'Lentils', 125, [ qw(Red Green Brown Black) ], [ '500 g', '1 kg', '2 kg' ] ],
	[ 'Beans', 95, [ qw(Kidney White Black Fava Pinto Butter Mung) ], [ '400 g tin', '500 g', '1 kg' ] ],
	[ 'Chickpeas', 92, [ qw(Dried Split Roasted Salted) ], [ '400 g', '500 g', '1 kg' ] ],
	[ 'Oil', 269, [ qw(Sunflower Olive Sesame Corn Rapeseed Walnut) ], [ '250 ml', '500 ml', '1 l', '5 l' ] ],
	[ 'Vinegar', 119, [ qw(Apple Wine Date Balsamic Rice) ], [ '250 ml', '500 ml', '1 l' ] ],
	[ 'Tea', 179, [ qw(Black Green Cardamom Mint Earl-Grey Chamomile Ginger Hibiscus Thyme) ], [ '25 bags', '100 bags', '250 g', '500 g' ] ],
	[ 'Coffee', 349, [ qw(Arabica Robusta Turkish Espresso Decaf Instant) ], [ '100 g', '250 g', '500 g', '1 kg' ] ],
	[ 'Juice', 109, [ qw(Orange Apple Mango Pomegranate Grape Pineapple Apricot Carrot Tomato) ], [ '250 ml', '1 l', '2 l' ] ],
	[ 'Water', 35, [ qw(Still Sparkling Mineral) ], [ '330 ml', '500 ml', '1.5 l', '6 x 1.5 l' ] ],
	[ 'Lemonade', 79, [ qw(Lemon Lime Orange Ginger Cola Peach) ], [ '330 ml', '1 l', '1.5 l' ] ],
	[ 'Milk', 99, [ qw(Whole Skimmed Semi-Skimmed Goat Oat Almond Soy) ], [ '250 ml', '500 ml', '1 l' ] ],
	[ 'Yoghurt', 65, [ qw(Plain Greek Strawberry Vanilla Apricot Honey Labneh) ], [ '150 g', '500 g', '1 kg' ] ],
	[ 'Cheese', 229, [ qw(Feta Halloumi Gouda Cheddar Mozzarella Akkawi Edam) ], [ '150 g', '250 g', '500 g', '1 kg' ] ],
	[ 'Butter', 189, [ qw(Salted Unsalted Clarified Herb) ], [ '125 g', '250 g', '500 g' ] ],
	[ 'Eggs', 159, [ qw(Small Medium Large Free-Range) ], [ '6', '12', '30' ] ],
	[ 'Bread', 139, [ qw(White Brown Rye Samoon Naan Pita Sesame Sourdough) ], [ '250 g', '500 g', '750 g' ] ],
	[ 'Biscuits', 89, [ qw(Butter Date Chocolate Oat Ginger Digestive Sesame Coconut) ], [ '100 g', '200 g', '400 g' ] ],
	[ 'Chocolate', 99, [ qw(Milk Dark White Hazelnut Almond Orange Mint) ], [ '50 g', '100 g', '200 g' ] ],
	[ 'Sweets', 79, [ qw(Caramel Liquorice Lokum Nougat Jelly Mint Halva) ], [ '100 g', '250 g', '500 g' ] ],
	[ 'Nuts', 219, [ qw(Almond Pistachio Cashew Walnut Hazelnut Peanut Mixed) ], [ '100 g', '250 g', '500 g', '1 kg' ] ],
	[ 'Dates', 199, [ qw(Medjool Zahdi Barhi Khadrawi Deglet-Noor) ], [ '250 g', '500 g', '1 kg' ] ],
	[ 'Dried Fruit', 179, [ qw(Apricot Fig Grape Plum Mulberry Cranberry) ], [ '100 g', '250 g', '500 g' ] ],
	[ 'Jam', 169, [ qw(Strawberry Apricot Fig Cherry Orange Quince Rose Raspberry) ], [ '250 g', '450 g', '900 g' ] ],
	[ 'Honey', 399, [ qw(Clover Acacia Thyme Orange-Blossom Forest) ], [ '250 g', '500 g', '1 kg' ] ],
	[ 'Spice', 99, [ qw(Cumin Turmeric Paprika Cinnamon Cardamom Sumac Coriander Pepper Cloves Saffron) ], [ '25 g', '50 g', '100 g', '250 g' ] ],
	[ 'Salt', 45, [ qw(Table Sea Rock Iodised) ], [ '250 g', '500 g', '1 kg' ] ],
	[ 'Sauce', 129, [ qw(Tomato Chilli Soy Garlic Mustard Tahini Barbecue Mango) ], [ '150 ml', '250 ml', '500 ml' ] ],
	[ 'Soup', 109, [ qw(Lentil Tomato Chicken Mushroom Vegetable Onion) ], [ '80 g', '400 g tin', '800 g tin' ] ],
	[ 'Tuna', 169, [ qw(Plain Smoked Chilli Lemon) ], [ '80 g tin', '160 g tin', '400 g tin' ] ],
	[ 'Olives', 149, [ qw(Green Black Kalamata Stuffed Cracked) ], [ '150 g', '350 g', '1 kg' ] ],
	[ 'Pickles', 139, [ qw(Cucumber Turnip Mixed Chilli Cauliflower Lemon) ], [ '350 g', '700 g', '1.5 kg' ] ],
	[ 'Frozen Vegetables', 159, [ qw(Peas Spinach Okra Carrots Corn Mixed Broccoli) ], [ '400 g', '1 kg', '2.5 kg' ] ],
	[ 'Ice Cream', 199, [ qw(Vanilla Chocolate Strawberry Pistachio Lemon Caramel) ], [ '120 ml', '500 ml', '1 l' ] ],
	[ 'Crisps', 99, [ qw(Salted Paprika Vinegar Cheese Chilli Onion) ], [ '40 g', '120 g', '200 g' ] ],
	[ 'Cereal', 219, [ qw(Corn Wheat Rice Oat Muesli Chocolate Honey) ], [ '250 g', '500 g', '1 kg' ] ],
	[ 'Baby Food', 119, [ qw(Apple Banana Carrot Pear Rice Chicken) ], [ '120 g', '190 g', '6 x 120 g' ] ],
	[ 'Soap', 89, [ qw(Laurel Olive Rose Lavender Lemon Almond) ], [ '100 g', '200 g', '4 x 100 g' ] ],
	[ 'Shampoo', 249, [ qw(Herbal Almond Dry-Hair Baby Anti-Dandruff) ], [ '250 ml', '400 ml', '1 l' ] ],
	[ 'Toothpaste', 139, [ qw(Mint Herbal Whitening Sensitive Children) ], [ '75 ml', '125 ml' ] ],
	[ 'Washing Powder', 349, [ qw(Colour White Sensitive Baby) ], [ '1 kg', '3 kg', '5 kg' ] ],
	[ 'Dish Soap', 129, [ qw(Lemon Apple Original Aloe) ], [ '500 ml', '1 l', '5 l' ] ],
	[ 'Cleaner', 199, [ qw(Glass Floor Kitchen Bathroom Oven) ], [ '500 ml', '1 l' ] ],
	[ 'Paper', 149, [ qw(Toilet Kitchen Tissue Napkin Baking) ], [ '1 pack', '4 pack', '12 pack' ] ],
	[ 'Bags', 99, [ qw(Bin Freezer Sandwich Paper) ], [ '10', '25', '50' ] ],
	[ 'Batteries', 299, [ qw(AA AAA C D 9V) ], [ '2 pack', '4 pack', '8 pack' ] ],
	[ 'Candles', 129, [ qw(White Rose Vanilla Tea-Light) ], [ '1', '4', '10' ] ],
);
my @brands = qw(Rafidain Tigris Cedar Levant Oasis);

# --- chance ---

# Our own, so that no other Perl ever makes another shop.
my $state;

sub chance
{
	my ($n) = @_;
	$state = ($state * 1103515245 + 12345) & 0x7fffffff;
	return int(($state >> 8) * $n / (1 << 23));
}

sub shuffle
{
	my @list = @_;
	for (my $i = $#list; $i > 0; $i--) {
		my $j = chance($i + 1);
		@list[$i, $j] = @list[$j, $i];
	}
	return @list;
}

# Few are asked for often, many seldom.
sub popular
{
	my ($n) = @_;
	my $x = chance(1_000_000) / 1_000_000;
	return int($n * $x * $x * $x);
}

# --- the shop ---

# 145 -> 149, 312 -> 319: shops like a nine at the end.
sub price_tidy
{
	my ($cents) = @_;
	return $cents - $cents % 10 + ($cents < 50 ? 5 : 9);
}

sub products_of
{
	my ($shelf, $brand) = @_;
	my ($what, $cents, $kinds, $sizes) = @$shelf;
	my @products;
	for my $kind (@$kinds) {
		my $own = $cents + chance($cents);
		for my $i (0 .. $#$sizes) {
			push(@products, { name => "$brand $kind $what $sizes->[$i]", cents => price_tidy(int($own * 1.75 ** $i)) });
		}
	}
	return @products;
}

sub products_make
{
	my @all = map { my $shelf = $_; map { products_of($shelf, $_) } @brands } @shelves;
	die "grocery: at most ${\ scalar @all} products\n" if $want{products} > @all;
	my @some = (shuffle(@all))[0 .. $want{products} - 1];
	my %n;
	for my $p (@some) {
		my ($what) = $p->{name} =~ / (\S+) (?:\d|\S+ \d)/;
		my $letters = uc(substr($p->{name} =~ s/[^A-Za-z]//gr, 0, 1) . substr($what, 0, 2));
		$p->{code} = sprintf('%s%04d', $letters =~ s/[^A-Z]/X/gr, ++$n{$letters});
	}
	return @some;
}

# --- its past ---

# All products and all customers come up at least once: the first lines and
# invoices deal them out.
sub invoice_lines
{
	my ($products, $deal) = @_;
	my %seen;
	my $n = 1 + popular($LINES_MAX);
	for my $i (1 .. $n) {
		my $p = @$deal && $i <= 2 ? shift @$deal : $products->[popular(scalar @$products)];
		$seen{$p->{code}} //= [ $p, 1 + popular(6) ];
	}
	return map { $seen{$_} } sort keys %seen;
}

sub customer_pick
{
	my ($deal) = @_;
	return shift @$deal if @$deal && chance(100) < 60;
	return chance(1000) < $REGULAR * 1000 ? $FIRST_CUSTOMER + popular($want{customers}) : '';
}

sub print_csv
{
	my @products = products_make();
	my @deal = shuffle(@products);
	my @customers = shuffle(map { $FIRST_CUSTOMER + $_ } 0 .. $want{customers} - 1);
	print "InvoiceNo,StockCode,Description,Quantity,UnitPrice,CustomerID,Country\n";
	for my $i (0 .. $want{invoices} - 1) {
		my $customer = customer_pick(\@customers);
		for my $line (invoice_lines(\@products, \@deal)) {
			my ($p, $qty) = @$line;
			printf("%d,%s,%s,%d,%d.%02d,%s,Iraq\n", $FIRST_INVOICE + $i, $p->{code}, $p->{name}, $qty,
				int($p->{cents} / 100), $p->{cents} % 100, $customer);
		}
	}
}

while (@ARGV) {
	my ($name) = (shift @ARGV) =~ /^--(\w+)$/;
	die "usage: grocery.pl [--seed N] [--products N] [--customers N] [--invoices N]\n"
		if !$name || !exists $want{$name} || !@ARGV || $ARGV[0] !~ /^\d+$/;
	$want{$name} = shift @ARGV;
}
die "grocery: two invoices a product at least\n" if $want{invoices} * 2 < $want{products};
$state = $want{seed};
print_csv();
