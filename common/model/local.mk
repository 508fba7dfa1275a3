noinst_LIBRARIES += libmodel.a
libmodel_a_SOURCES = \
	%D%/model.h \
	%D%/site.h \
	%D%/people.h \
	%D%/record.h \
	%D%/document.h \
	%D%/account.h \
	%D%/stock.h \
	%D%/device.h \
	%D%/review.h \
	%D%/lists.h \
	%D%/kinds.h \
	%D%/owed.h \
	%D%/site.c \
	%D%/tenant.c \
	%D%/seed.c \
	%D%/access.c %D%/role.c %D%/cart.c \
	%D%/user.c \
	%D%/session.c \
	%D%/lockout.c \
	%D%/lists.c \
	%D%/record.c \
	%D%/search.c \
	%D%/setting.c \
	%D%/outbox.c \
	%D%/move.h %D%/move.c \
	%D%/purge.h %D%/purge.c \
	%D%/import.c \
	%D%/number.c \
	%D%/number_void.c \
	%D%/gaps.c \
	%D%/document.c \
	%D%/sale.c \
	%D%/purchase.c \
	%D%/order.c \
	%D%/void.c \
	%D%/supplier.c \
	%D%/adjustment.c \
	%D%/invoice.c \
	%D%/cancellation.c \
	%D%/return.c \
	%D%/refunds.c \
	%D%/payment.c \
	%D%/account.c \
	%D%/owed.c \
	%D%/ageing.c \
	%D%/shift.c \
	%D%/drawer.c \
	%D%/moves.c \
	%D%/derived.c \
	%D%/cost.c \
	%D%/stock.c \
	%D%/recount.c \
	%D%/shelf.c \
	%D%/ledger.c \
	%D%/device.c \
	%D%/pairing.c \
	%D%/conflict.c %D%/restore.c \
	%D%/review.c %D%/merge_twins.c \
	%D%/origin.c %D%/life.h %D%/life.c \
	%D%/report.h \
	%D%/report.c \
	%D%/report_stock.c \
	%D%/report_books.c \
	%D%/report_sales.c \
	%D%/sheet.h \
	%D%/sheet.c
