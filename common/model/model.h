/* What a shop may do.  Every function that takes a txn is part of a write: it
 * validates before its first statement, and either does all or returns -1 with
 * err.  Functions that take a db only read.
 *
 *	site.c		who this server is
 *	tenant.c seed.c	shops, their licence keys, what each begins with
 *	access.c	permissions; role.c what a role permits
 *	user.c		people; session.c their sign-ins and lockouts
 *	record.c	any record: list, read, create, change, delete
 *	search.c	finding records by the beginnings of words
 *	import.c	records and opening stock from CSV
 *	setting.c	one row a key
 *	cart.c		a sale put aside
 *	outbox.c	what is not in the cloud yet
 *	number.c	numbers for people: series and reservations
 *	number_void.c gaps.c	numbers nobody used, numbers the hub misses
 *	document.c	any document: take from a person, settle, derive, store
 *	sale.c		Complete Sale
 *	invoice.c	an invoice as it stands today
 *	payment.c	a customer pays later
 *	cancellation.c return.c	goods and money go back; refunds.c by which way
 *	account.c	what customers owe, and have to their credit; ageing.c since when
 *	owed.c		caches of sums over the books: what is owed now, of each invoice and in all
 *	purchase.c order.c	goods ordered, bought; void.c a purchase undone
 *	adjustment.c	goods counted, found, lost
 *	supplier.c	what we owe, and paying it
 *	shift.c drawer.c	a cashier's cash: opened, moved, counted; what should be there
 *	moves.c		goods in, out and back: FIFO over cost layers
 *	cost.c		the hub's cost run: what earlier documents turned out to cost
 *	stock.c		caches of sums over moves: what is on hand, what layers hold
 *	shelf.c		the last unit sold twice
 *	recount.c	the same from nothing, to make them again and to check them
 *	ledger.c	journal entries; refuses what does not balance
 *	device.c	the hub's roster of tills
 *	pairing.c	a till's own side of it; move.h its rows change tenant meanwhile
 *	report.h	sums people read
 *	conflict.c	the journal of losers; restore.c puts one back
 *	review.c	what people must judge; merge_twins.c one thing made twice
 *	origin.c	which device stored a version
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "model/account.h"
#include "model/device.h"
#include "model/document.h"
#include "model/people.h"
#include "model/record.h"
#include "model/review.h"
#include "model/site.h"
#include "model/stock.h"

#endif
