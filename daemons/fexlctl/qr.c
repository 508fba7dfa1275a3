/* A QR code, two rows of modules in one line of text. */
#include "base/base.h"
#include "fexlctl/ctl.h"

#include <qrencode.h>

#define QUIET 2		/* modules of margin; scanners want to see an edge */

static bool is_dark(const QRcode *qr, int x, int y)
{
	return x >= 0 && y >= 0 && x < qr->width && y < qr->width && (qr->data[y * qr->width + x] & 1);
}

/* Light modules are drawn, as on a dark terminal; where colours may be used,
 * black on white is asked for and the dark ones are drawn. */
static void print_blocks(const struct ctl *c, const QRcode *qr)
{
	static const char *const block[] = { " ", "▄", "▀", "█" };

	for (int y = -QUIET; y < qr->width + QUIET; y += 2) {
		printf("  %s", c->colour ? "\033[30;107m" : "");
		for (int x = -QUIET; x < qr->width + QUIET; x++) {
			int drawn = (is_dark(qr, x, y) ? 2 : 0) + (is_dark(qr, x, y + 1) ? 1 : 0);

			fputs(block[c->colour ? drawn : 3 - drawn], stdout);
		}
		printf("%s\n", c->colour ? "\033[0m" : "");
	}
}

static void print_signs(const QRcode *qr)
{
	for (int y = -QUIET; y < qr->width + QUIET; y++) {
		fputs("  ", stdout);
		for (int x = -QUIET; x < qr->width + QUIET; x++)
			fputs(is_dark(qr, x, y) ? "  " : "##", stdout);
		putchar('\n');
	}
}

void qr_print(struct ctl *c, const char *text)
{
	QRcode *qr;

	if (c->out->json)
		return;
	qr = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
	if (qr == NULL) {
		say(c, "%zu characters are too many for a QR code", strlen(text));
		return;
	}
	if (c->utf8)
		print_blocks(c, qr);
	else
		print_signs(qr);
	QRcode_free(qr);
}
