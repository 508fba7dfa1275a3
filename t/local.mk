# Tests: `make check` runs the list TESTS through prove, which reads TAP.
#
# A unit test is two lines in its floor's block below, inside `if HAVE_CMOCKA`;
# its source is t/unit/test-buf.c, found by its name:
#	check_PROGRAMS += t/unit/test-buf
#	t_unit_test_buf_LDADD = $(BASE_LIBS) $(UNIT_LIBS)
# A test that is a script (executable, #!/bin/sh or #!/usr/bin/perl) is two lines as well:
#	TESTS += t/3010-till-offline.t
#	EXTRA_DIST += t/3010-till-offline.t
# A fuzz harness t/fuzz/fuzz-wire.c with its corpus in t/fuzz/corpus/wire/:
#	FUZZ_TARGETS += t/fuzz/fuzz-wire
#	t_fuzz_fuzz_wire_SOURCES = t/fuzz/fuzz-wire.c $(FUZZ_MAIN)
#	t_fuzz_fuzz_wire_LDADD = $(WIRE_LIBS) $(FUZZ_LIBS)
#	EXTRA_DIST += t/fuzz/corpus/wire
# One test by hand: make t/unit/test-buf && make check-TESTS TESTS=t/unit/test-buf
AM_DEFAULT_SOURCE_EXT = .c
TESTS = $(check_PROGRAMS)
FUZZ_TARGETS =
EXTRA_DIST += t/unit/unit.h t/unit/failing.h t/unit/schema-1-sqlite.sql t/unit/schema-1-postgres.sql

# No test takes longer, whatever it waits for.
TEST_MAX_S = 600

# How the names of what stays out begin: make check WITHOUT='t/75 t/8'
WITHOUT =

# Scripts are in the source tree, programs in the build tree; a script finds
# both through FEXL_SRC and FEXL_BUILD.
check-TESTS:
	@tests=; for t in $(TESTS); do \
		for w in $(WITHOUT); do case $$t in $$w*) continue 2 ;; esac; done; \
		if test -f "$$t"; then tests="$$tests $$t"; else tests="$$tests $(srcdir)/$$t"; fi; \
	done; \
	FEXL_SRC='$(abs_srcdir)' FEXL_BUILD='$(abs_builddir)' \
		prove --exec 'timeout $(TEST_MAX_S)' --merge --timer $(PROVE_FLAGS) $$tests

# Under --enable-fuzzers libFuzzer brings main() and the harness runs for as
# long as you let it; otherwise it replays its corpus as one more test.
if FUZZERS
noinst_PROGRAMS += $(FUZZ_TARGETS)
FUZZ_MAIN =
else
check_PROGRAMS += $(FUZZ_TARGETS)
FUZZ_MAIN = t/fuzz/replay.c
endif

# --- the tree itself ---
TESTS += t/0000-floors.t t/0300-dev.t t/0310-units.t
EXTRA_DIST += t/0000-floors.t t/0300-dev.t t/0310-units.t

# --- wire ---
if HAVE_CMOCKA
check_PROGRAMS += t/unit/test-wire-msg t/unit/test-wire-peers t/unit/test-wire-pass
t_unit_test_wire_msg_LDADD = $(WIRE_LIBS) $(UNIT_LIBS)
t_unit_test_wire_peers_LDADD = $(WIRE_LIBS) $(UNIT_LIBS)
t_unit_test_wire_pass_LDADD = $(WIRE_LIBS) $(UNIT_LIBS)
endif
FUZZ_TARGETS += t/fuzz/fuzz-wire
t_fuzz_fuzz_wire_SOURCES = t/fuzz/fuzz-wire.c $(FUZZ_MAIN)
t_fuzz_fuzz_wire_LDADD = $(WIRE_LIBS) $(FUZZ_LIBS)
EXTRA_DIST += t/fuzz/corpus/wire

# --- ws ---
if HAVE_CMOCKA
check_PROGRAMS += t/unit/test-ws-frame t/unit/test-ws-hello
t_unit_test_ws_frame_LDADD = $(WS_LIBS) $(UNIT_LIBS)
t_unit_test_ws_hello_LDADD = $(WS_LIBS) $(UNIT_LIBS)
endif
FUZZ_TARGETS += t/fuzz/fuzz-ws
t_fuzz_fuzz_ws_SOURCES = t/fuzz/fuzz-ws.c $(FUZZ_MAIN)
t_fuzz_fuzz_ws_LDADD = $(WS_LIBS) $(FUZZ_LIBS)
EXTRA_DIST += t/fuzz/corpus/ws

# --- realtimed: live updates ---
if HAVE_CMOCKA
check_PROGRAMS += t/unit/test-ring
t_unit_test_ring_SOURCES = t/unit/test-ring.c daemons/realtimed/ring.c
t_unit_test_ring_LDADD = $(WS_LIBS) $(UNIT_LIBS)
endif
# Not a test itself: common/ws with a socket, as server and as client.
noinst_PROGRAMS += t/unit/ws-tool
t_unit_ws_tool_SOURCES = t/unit/ws-tool.c
t_unit_ws_tool_LDADD = $(WS_LIBS)
TESTS += t/4100-live.t t/4110-frames.t t/4120-ws-peers.t t/4130-live-tills.t t/4140-realtimed-alone.t t/4150-watch.t t/4160-hosts.t t/4170-standby.t
EXTRA_DIST += t/lib/Ws.pm t/4100-live.t t/4110-frames.t t/4120-ws-peers.t t/4130-live-tills.t t/4140-realtimed-alone.t t/4150-watch.t t/4160-hosts.t t/4170-standby.t

# --- service ---
if HAVE_CMOCKA
check_PROGRAMS += t/unit/test-conf t/unit/test-service
t_unit_test_conf_LDADD = $(SERVICE_LIBS) $(UNIT_LIBS)
t_unit_test_service_LDADD = $(SERVICE_LIBS) $(UNIT_LIBS)
endif

# --- base ---
if HAVE_CMOCKA
check_PROGRAMS += t/unit/test-buf t/unit/test-clock t/unit/test-crypto t/unit/test-err \
	t/unit/test-json t/unit/test-jsonwrite t/unit/test-jwt t/unit/test-log t/unit/test-map \
	t/unit/test-money t/unit/test-pool t/unit/test-secret t/unit/test-utf8 t/unit/test-uuid
t_unit_test_buf_LDADD = $(BASE_LIBS) $(UNIT_LIBS)
t_unit_test_clock_LDADD = $(BASE_LIBS) $(UNIT_LIBS)
t_unit_test_crypto_LDADD = $(BASE_LIBS) $(UNIT_LIBS)
t_unit_test_err_LDADD = $(BASE_LIBS) $(UNIT_LIBS)
t_unit_test_json_LDADD = $(BASE_LIBS) $(UNIT_LIBS)
t_unit_test_jsonwrite_LDADD = $(BASE_LIBS) $(UNIT_LIBS)
t_unit_test_jwt_LDADD = $(BASE_LIBS) $(UNIT_LIBS)
t_unit_test_log_LDADD = $(BASE_LIBS) $(UNIT_LIBS)
t_unit_test_map_LDADD = $(BASE_LIBS) $(UNIT_LIBS)
t_unit_test_money_LDADD = $(BASE_LIBS) $(UNIT_LIBS)
t_unit_test_pool_LDADD = $(BASE_LIBS) $(UNIT_LIBS)
t_unit_test_secret_LDADD = $(BASE_LIBS) $(UNIT_LIBS)
t_unit_test_utf8_LDADD = $(BASE_LIBS) $(UNIT_LIBS)
check_PROGRAMS += t/unit/test-words
t_unit_test_words_LDADD = $(BASE_LIBS) $(UNIT_LIBS)
t_unit_test_uuid_LDADD = $(BASE_LIBS) $(UNIT_LIBS)
endif
FUZZ_TARGETS += t/fuzz/fuzz-json
t_fuzz_fuzz_json_SOURCES = t/fuzz/fuzz-json.c $(FUZZ_MAIN)
t_fuzz_fuzz_json_LDADD = $(BASE_LIBS) $(FUZZ_LIBS)
EXTRA_DIST += t/unit/unit.h t/fuzz/corpus/json

# --- model ---
if HAVE_CMOCKA
check_PROGRAMS += t/unit/test-model-access t/unit/test-model-conflict t/unit/test-model-device \
	t/unit/test-model-number t/unit/test-model-pairing t/unit/test-model-report t/unit/test-model-session \
	t/unit/test-model-setting t/unit/test-model-user t/unit/test-search t/unit/test-gaps t/unit/test-import
FIXTURE = t/unit/fixture.c t/unit/fixture.h
# What these tests do fails at its statements first (trial.h).
TRIAL_MODEL = t/unit/trial.c t/unit/trial.h t/unit/trial-model.c
MODEL_WRAPS = $(AM_LDFLAGS) \
	-Wl,--wrap=record_create -Wl,--wrap=record_change -Wl,--wrap=record_delete -Wl,--wrap=record_list \
	-Wl,--wrap=search_list -Wl,--wrap=search_rebuild -Wl,--wrap=setting_put -Wl,--wrap=setting_list -Wl,--wrap=import_csv \
	-Wl,--wrap=role_create -Wl,--wrap=user_create -Wl,--wrap=user_change -Wl,--wrap=user_find -Wl,--wrap=row_life \
	-Wl,--wrap=lockout_check -Wl,--wrap=lockout_miss -Wl,--wrap=lockout_passed -Wl,--wrap=lockout_forgive \
	-Wl,--wrap=session_create -Wl,--wrap=session_find -Wl,--wrap=session_end -Wl,--wrap=document_create \
	-Wl,--wrap=document_list -Wl,--wrap=order_receive -Wl,--wrap=adjustment_move -Wl,--wrap=invoice_list \
	-Wl,--wrap=invoice_more -Wl,--wrap=shift_list -Wl,--wrap=shift_more -Wl,--wrap=account_json \
	-Wl,--wrap=supplier_account -Wl,--wrap=stock_rebuild -Wl,--wrap=stock_check -Wl,--wrap=owed_rebuild -Wl,--wrap=owed_check -Wl,--wrap=number_reserve \
	-Wl,--wrap=number_void_unused -Wl,--wrap=gaps_see -Wl,--wrap=gaps_list -Wl,--wrap=outbox_mark \
	-Wl,--wrap=outbox_release -Wl,--wrap=outbox_json -Wl,--wrap=outbox_list -Wl,--wrap=report_inventory \
	-Wl,--wrap=report_moves -Wl,--wrap=report_layers -Wl,--wrap=report_low_stock -Wl,--wrap=report_oversold \
	-Wl,--wrap=report_valuation -Wl,--wrap=report_journal -Wl,--wrap=report_trial_balance -Wl,--wrap=report_cash_flow \
	-Wl,--wrap=report_daily_sales -Wl,--wrap=report_sales_by_hour -Wl,--wrap=report_sales_by_product \
	-Wl,--wrap=report_receivables -Wl,--wrap=review_json -Wl,--wrap=twin_merge -Wl,--wrap=twin_unmerge \
	-Wl,--wrap=conflict_keep -Wl,--wrap=conflict_list -Wl,--wrap=conflict_json -Wl,--wrap=conflict_restore \
	-Wl,--wrap=conflict_lost -Wl,--wrap=conflict_take -Wl,--wrap=purge_look -Wl,--wrap=purge_write \
	-Wl,--wrap=device_register -Wl,--wrap=device_register_by_key -Wl,--wrap=device_approve -Wl,--wrap=device_revoke \
	-Wl,--wrap=device_load_again -Wl,--wrap=device_rename -Wl,--wrap=device_count -Wl,--wrap=device_tenant \
	-Wl,--wrap=device_list -Wl,--wrap=pairing_begin -Wl,--wrap=pairing_end -Wl,--wrap=pairing_status \
	-Wl,--wrap=pairing_load_again -Wl,--wrap=site_open -Wl,--wrap=site_load -Wl,--wrap=site_leap \
	-Wl,--wrap=site_new_device -Wl,--wrap=tenant_create -Wl,--wrap=tenant_new_license -Wl,--wrap=tenant_license_ok \
	-Wl,--wrap=tenant_list
TRIAL = $(TRIAL_MODEL) t/unit/trial-calls.c
TRIAL_WRAPS = $(MODEL_WRAPS) \
	-Wl,--wrap=sync_meet_epoch -Wl,--wrap=ingest_slice -Wl,--wrap=apply_slice -Wl,--wrap=confirm_slice \
	-Wl,--wrap=repair_slice -Wl,--wrap=batch_build -Wl,--wrap=pull_page -Wl,--wrap=snapshot_page -Wl,--wrap=digest_request \
	-Wl,--wrap=digest_answer -Wl,--wrap=digest_compare -Wl,--wrap=digest_find -Wl,--wrap=rows_page -Wl,--wrap=digest_state \
	-Wl,--wrap=pull_check_away -Wl,--wrap=pull_check_own -Wl,--wrap=clock_restamp -Wl,--wrap=quarantine_list \
	-Wl,--wrap=quarantine_show -Wl,--wrap=quarantine_retry -Wl,--wrap=quarantine_drop
t_unit_test_model_access_LDADD = $(MODEL_LIBS) $(UNIT_LIBS)
t_unit_test_model_conflict_SOURCES = t/unit/test-model-conflict.c $(TRIAL_MODEL) $(FIXTURE)
t_unit_test_model_conflict_LDFLAGS = $(MODEL_WRAPS)
t_unit_test_model_conflict_LDADD = $(MODEL_LIBS) $(UNIT_LIBS)
t_unit_test_model_device_SOURCES = t/unit/test-model-device.c $(TRIAL_MODEL) $(FIXTURE)
t_unit_test_model_device_LDFLAGS = $(MODEL_WRAPS)
t_unit_test_model_device_LDADD = $(MODEL_LIBS) $(UNIT_LIBS)
t_unit_test_model_number_SOURCES = t/unit/test-model-number.c $(TRIAL_MODEL) $(FIXTURE)
t_unit_test_model_number_LDFLAGS = $(MODEL_WRAPS)
t_unit_test_model_number_LDADD = $(MODEL_LIBS) $(UNIT_LIBS)
t_unit_test_model_pairing_SOURCES = t/unit/test-model-pairing.c $(TRIAL_MODEL) $(FIXTURE)
t_unit_test_model_pairing_LDFLAGS = $(MODEL_WRAPS)
t_unit_test_model_pairing_LDADD = $(MODEL_LIBS) $(UNIT_LIBS)
t_unit_test_model_report_SOURCES = t/unit/test-model-report.c $(TRIAL_MODEL) $(FIXTURE)
t_unit_test_model_report_LDFLAGS = $(MODEL_WRAPS)
t_unit_test_model_report_LDADD = $(MODEL_LIBS) $(UNIT_LIBS)
t_unit_test_model_session_SOURCES = t/unit/test-model-session.c $(TRIAL_MODEL) $(FIXTURE)
t_unit_test_model_session_LDFLAGS = $(MODEL_WRAPS)
t_unit_test_model_session_LDADD = $(MODEL_LIBS) $(UNIT_LIBS)
t_unit_test_site_SOURCES = t/unit/test-site.c $(TRIAL_MODEL) $(FIXTURE)
t_unit_test_site_LDFLAGS = $(MODEL_WRAPS)
t_unit_test_site_LDADD = $(MODEL_LIBS) $(UNIT_LIBS)
t_unit_test_cart_SOURCES = t/unit/test-cart.c $(TRIAL_MODEL) $(FIXTURE)
t_unit_test_cart_LDFLAGS = $(MODEL_WRAPS)
t_unit_test_cart_LDADD = $(MODEL_LIBS) $(UNIT_LIBS)
t_unit_test_life_SOURCES = t/unit/test-life.c $(TRIAL) t/unit/net.c t/unit/net.h $(FIXTURE)
t_unit_test_life_LDFLAGS = $(TRIAL_WRAPS)
t_unit_test_life_LDADD = $(SYNC_LIBS) $(UNIT_LIBS)
t_unit_test_documents_SOURCES = t/unit/test-documents.c $(TRIAL_MODEL) $(FIXTURE)
t_unit_test_documents_LDFLAGS = $(MODEL_WRAPS)
t_unit_test_documents_LDADD = $(MODEL_LIBS) $(UNIT_LIBS)
check_PROGRAMS += t/unit/test-site t/unit/test-cart t/unit/test-life t/unit/test-documents
t_unit_test_gaps_SOURCES = t/unit/test-gaps.c $(TRIAL_MODEL) $(FIXTURE)
t_unit_test_gaps_LDFLAGS = $(MODEL_WRAPS)
t_unit_test_gaps_LDADD = $(MODEL_LIBS) $(UNIT_LIBS)
t_unit_test_import_SOURCES = t/unit/test-import.c $(TRIAL_MODEL) $(FIXTURE)
t_unit_test_import_LDFLAGS = $(MODEL_WRAPS)
t_unit_test_import_LDADD = $(MODEL_LIBS) $(UNIT_LIBS)
t_unit_test_search_SOURCES = t/unit/test-search.c $(TRIAL_MODEL) $(FIXTURE)
t_unit_test_search_LDFLAGS = $(MODEL_WRAPS)
t_unit_test_search_LDADD = $(MODEL_LIBS) $(UNIT_LIBS)
t_unit_test_model_setting_SOURCES = t/unit/test-model-setting.c $(TRIAL_MODEL) $(FIXTURE)
t_unit_test_model_setting_LDFLAGS = $(MODEL_WRAPS)
t_unit_test_model_setting_LDADD = $(MODEL_LIBS) $(UNIT_LIBS)
t_unit_test_model_user_SOURCES = t/unit/test-model-user.c $(TRIAL_MODEL) $(FIXTURE)
t_unit_test_model_user_LDFLAGS = $(MODEL_WRAPS)
t_unit_test_model_user_LDADD = $(MODEL_LIBS) $(UNIT_LIBS)
endif

# --- store: the database, on both engines ---
if HAVE_CMOCKA
check_PROGRAMS += t/unit/test-db t/unit/test-migrate t/unit/test-dbval t/unit/test-pgsql t/unit/test-pglost \
	t/unit/test-pgcut
t_unit_test_db_LDADD = $(STORE_LIBS) $(UNIT_LIBS)
t_unit_test_migrate_LDADD = $(STORE_LIBS) $(UNIT_LIBS)
t_unit_test_dbval_LDADD = $(STORE_LIBS) $(UNIT_LIBS)
t_unit_test_pgsql_LDADD = $(STORE_LIBS) $(UNIT_LIBS)
t_unit_test_pglost_LDADD = $(STORE_LIBS) $(UNIT_LIBS)
t_unit_test_pgcut_LDADD = $(STORE_LIBS) $(UNIT_LIBS)
TESTS += t/1000-db.t
endif
EXTRA_DIST += t/1000-db.t t/pg.sh t/unit/db.h

# --- store: lanes ---
if HAVE_CMOCKA
check_PROGRAMS += t/unit/test-lane t/unit/test-litelog t/unit/test-marks t/unit/test-wall
t_unit_test_marks_LDADD = $(STORE_LIBS) $(UNIT_LIBS)
t_unit_test_lane_LDADD = $(STORE_LIBS) $(UNIT_LIBS)
t_unit_test_litelog_LDADD = $(STORE_LIBS) $(UNIT_LIBS)
t_unit_test_wall_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=db_open
t_unit_test_wall_LDADD = $(STORE_LIBS) $(UNIT_LIBS)
check_PROGRAMS += t/unit/test-store-fails t/unit/test-pgcalls
t_unit_test_store_fails_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pthread_create,--wrap=db_open
t_unit_test_store_fails_LDADD = $(STORE_LIBS) $(UNIT_LIBS)
t_unit_test_pgcalls_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=PQsetnonblocking,--wrap=PQenterPipelineMode,--wrap=PQexitPipelineMode \
	-Wl,--wrap=PQsendPrepare,--wrap=PQsendDescribePrepared,--wrap=PQsendQueryPrepared,--wrap=PQpipelineSync \
	-Wl,--wrap=PQsendQuery,--wrap=PQflush,--wrap=PQconsumeInput,--wrap=poll
t_unit_test_pgcalls_LDADD = $(STORE_LIBS) $(UNIT_LIBS)
endif

# --- sync: a hub and its tills in one process ---
if HAVE_CMOCKA
check_PROGRAMS += t/unit/test-sync t/unit/test-sync-cost t/unit/test-sync-derived t/unit/test-sync-late t/unit/test-property
t_unit_test_sync_SOURCES = t/unit/test-sync.c $(TRIAL) t/unit/net.c t/unit/net.h $(FIXTURE)
t_unit_test_sync_LDFLAGS = $(TRIAL_WRAPS)
t_unit_test_sync_LDADD = $(SYNC_LIBS) $(UNIT_LIBS)
t_unit_test_sync_cost_SOURCES = t/unit/test-sync-cost.c t/unit/net.c t/unit/net.h $(FIXTURE)
t_unit_test_sync_cost_LDADD = $(SYNC_LIBS) $(UNIT_LIBS)
t_unit_test_property_SOURCES = t/unit/test-property.c t/unit/shop.c t/unit/shop.h t/unit/shop-acts.c t/unit/shop-records.c \
	t/unit/shop-link.c t/unit/shop-audit.c t/unit/shop-replay.c t/unit/net.c t/unit/net.h $(FIXTURE)
t_unit_test_property_LDADD = $(SYNC_LIBS) $(UNIT_LIBS)
check_PROGRAMS += t/unit/test-statements
t_unit_test_statements_SOURCES = t/unit/test-statements.c $(TRIAL) t/unit/shop.c t/unit/shop.h t/unit/shop-acts.c \
	t/unit/shop-records.c t/unit/shop-link.c t/unit/shop-audit.c t/unit/shop-replay.c t/unit/net.c t/unit/net.h $(FIXTURE)
t_unit_test_statements_LDFLAGS = $(TRIAL_WRAPS)
t_unit_test_statements_LDADD = $(SYNC_LIBS) $(UNIT_LIBS)
check_PROGRAMS += t/unit/test-messages t/unit/test-quarantine t/unit/test-pages
t_unit_test_pages_SOURCES = t/unit/test-pages.c $(TRIAL) t/unit/net.c t/unit/net.h $(FIXTURE)
t_unit_test_pages_LDFLAGS = $(TRIAL_WRAPS)
t_unit_test_pages_LDADD = $(SYNC_LIBS) $(UNIT_LIBS)
t_unit_test_messages_SOURCES = t/unit/test-messages.c t/unit/net.c t/unit/net.h $(FIXTURE)
t_unit_test_messages_LDADD = $(SYNC_LIBS) $(UNIT_LIBS)
t_unit_test_quarantine_SOURCES = t/unit/test-quarantine.c $(TRIAL) t/unit/net.c t/unit/net.h $(FIXTURE)
t_unit_test_quarantine_LDFLAGS = $(TRIAL_WRAPS)
t_unit_test_quarantine_LDADD = $(SYNC_LIBS) $(UNIT_LIBS)
check_PROGRAMS += t/unit/test-plans
t_unit_test_plans_SOURCES = t/unit/test-plans.c t/unit/shop.c t/unit/shop.h t/unit/shop-acts.c t/unit/shop-records.c \
	t/unit/shop-link.c t/unit/shop-audit.c t/unit/shop-replay.c t/unit/net.c t/unit/net.h $(FIXTURE)
t_unit_test_plans_LDADD = $(SYNC_LIBS) $(UNIT_LIBS)
t_unit_test_sync_derived_SOURCES = t/unit/test-sync-derived.c t/unit/net.c t/unit/net.h $(FIXTURE)
t_unit_test_sync_derived_LDADD = $(SYNC_LIBS) $(UNIT_LIBS)
check_PROGRAMS += t/unit/test-repair t/unit/test-purge t/unit/test-move
t_unit_test_move_SOURCES = t/unit/test-move.c t/unit/trial.c t/unit/trial.h t/unit/net.c t/unit/net.h $(FIXTURE)
t_unit_test_move_LDADD = $(SYNC_LIBS) $(UNIT_LIBS)
t_unit_test_purge_SOURCES = t/unit/test-purge.c $(TRIAL) t/unit/net.c t/unit/net.h $(FIXTURE)
t_unit_test_purge_LDFLAGS = $(TRIAL_WRAPS)
t_unit_test_purge_LDADD = $(SYNC_LIBS) $(UNIT_LIBS)
t_unit_test_repair_SOURCES = t/unit/test-repair.c $(TRIAL) t/unit/net.c t/unit/net.h $(FIXTURE)
t_unit_test_repair_LDFLAGS = $(TRIAL_WRAPS)
t_unit_test_repair_LDADD = $(SYNC_LIBS) $(UNIT_LIBS)
t_unit_test_sync_late_SOURCES = t/unit/test-sync-late.c $(TRIAL) t/unit/net.c t/unit/net.h $(FIXTURE)
t_unit_test_sync_late_LDFLAGS = $(TRIAL_WRAPS)
t_unit_test_sync_late_LDADD = $(SYNC_LIBS) $(UNIT_LIBS)
endif

# --- conflicts: losers, merges, roles, carts ---
if HAVE_CMOCKA
check_PROGRAMS += t/unit/test-conflicts t/unit/test-merge t/unit/test-columns t/unit/test-roles t/unit/test-twins
t_unit_test_twins_SOURCES = t/unit/test-twins.c $(TRIAL) t/unit/net.c t/unit/net.h $(FIXTURE)
t_unit_test_twins_LDFLAGS = $(TRIAL_WRAPS)
t_unit_test_twins_LDADD = $(SYNC_LIBS) $(UNIT_LIBS)
t_unit_test_roles_SOURCES = t/unit/test-roles.c $(TRIAL) t/unit/net.c t/unit/net.h $(FIXTURE)
t_unit_test_roles_LDFLAGS = $(TRIAL_WRAPS)
t_unit_test_roles_LDADD = $(SYNC_LIBS) $(UNIT_LIBS)
t_unit_test_columns_SOURCES = t/unit/test-columns.c $(TRIAL) t/unit/net.c t/unit/net.h $(FIXTURE)
t_unit_test_columns_LDFLAGS = $(TRIAL_WRAPS)
t_unit_test_columns_LDADD = $(SYNC_LIBS) $(UNIT_LIBS)
t_unit_test_merge_LDADD = $(SYNC_LIBS) $(UNIT_LIBS)
t_unit_test_conflicts_SOURCES = t/unit/test-conflicts.c $(TRIAL) t/unit/net.c t/unit/net.h $(FIXTURE)
t_unit_test_conflicts_LDFLAGS = $(TRIAL_WRAPS)
t_unit_test_conflicts_LDADD = $(SYNC_LIBS) $(UNIT_LIBS)
endif
TESTS += t/2200-conflicts.t t/2205-twins.t t/2210-roles.t t/2220-carts.t
EXTRA_DIST += t/2200-conflicts.t t/2205-twins.t t/2210-roles.t t/2220-carts.t

# --- syncd: the state machine, and the daemon between an apid and a cloud played by the test ---
if HAVE_CMOCKA
check_PROGRAMS += t/unit/test-cycle t/unit/test-cycle-wait t/unit/test-syncd-parts t/unit/test-syncd \
	t/unit/test-syncd-trouble
WORLD = t/unit/world.c t/unit/world.h t/unit/world-play.c t/unit/world-ask.c
WORLD_LIBS = libservice.a $(SYNC_LIBS) libhttp.a libwire.a $(BASE_LIBS) $(EVENT_LIBS) $(Z_LIBS) $(UNIT_LIBS)
t_unit_test_cycle_SOURCES = t/unit/test-cycle.c t/unit/cycle.h
t_unit_test_cycle_LDADD = libsync.a $(BASE_LIBS) $(UNIT_LIBS)
t_unit_test_cycle_wait_SOURCES = t/unit/test-cycle-wait.c t/unit/cycle.h
t_unit_test_cycle_wait_LDADD = libsync.a $(BASE_LIBS) $(UNIT_LIBS)
check_PROGRAMS += t/unit/test-herd
t_unit_test_herd_SOURCES = t/unit/test-herd.c t/unit/cycle.h
t_unit_test_herd_LDADD = libsync.a $(BASE_LIBS) $(UNIT_LIBS)
t_unit_test_syncd_parts_SOURCES = t/unit/test-syncd-parts.c daemons/syncd/page.c daemons/syncd/outlook.c \
	daemons/syncd/history.c daemons/syncd/pack.c daemons/syncd/token.c
t_unit_test_syncd_parts_LDADD = $(WORLD_LIBS)
t_unit_test_syncd_SOURCES = t/unit/test-syncd.c $(WORLD) $(FIXTURE)
t_unit_test_syncd_LDADD = $(WORLD_LIBS)
t_unit_test_syncd_trouble_SOURCES = t/unit/test-syncd-trouble.c $(WORLD) $(FIXTURE)
t_unit_test_syncd_trouble_LDADD = $(WORLD_LIBS)
endif

# --- apid ---
TESTS += t/2140-import.t t/2300-openapi.t t/2000-api.t t/2010-input.t t/2020-doors.t t/2021-closed-doors.t t/2025-flood.t t/2030-hub.t t/2045-kept.t t/2031-hub-pg.t t/2022-closed-till.t t/2032-wall.t t/2035-lockout.t t/2036-leaks.t t/2040-sockets.t t/2050-tls.t
EXTRA_DIST += t/2140-import.t t/2300-openapi.t t/2000-api.t t/2010-input.t t/2020-doors.t t/2021-closed-doors.t t/2025-flood.t t/2030-hub.t t/2045-kept.t t/2031-hub-pg.t t/2022-closed-till.t t/2032-wall.t t/2035-lockout.t t/2036-leaks.t t/2040-sockets.t t/2050-tls.t t/lib/Fexl.pm

# --- http ---
if HAVE_CMOCKA
check_PROGRAMS += t/unit/test-http-head t/unit/test-http-body t/unit/test-http-query \
	t/unit/test-http-route t/unit/test-http-problem
t_unit_test_http_head_LDADD = $(HTTP_LIBS) $(UNIT_LIBS)
t_unit_test_http_body_LDADD = $(HTTP_LIBS) $(UNIT_LIBS)
t_unit_test_http_query_LDADD = $(HTTP_LIBS) $(UNIT_LIBS)
t_unit_test_http_route_LDADD = $(HTTP_LIBS) $(UNIT_LIBS)
t_unit_test_http_problem_LDADD = $(HTTP_LIBS) $(UNIT_LIBS)
endif
# Not a test itself: the server that the three scripts talk to.
noinst_PROGRAMS += t/unit/http-echo
t_unit_http_echo_SOURCES = t/unit/http-echo.c
t_unit_http_echo_LDADD = $(HTTP_LIBS)
TESTS += t/0200-http.t t/0201-http-answers.t t/0202-http-limits.t
EXTRA_DIST += t/lib/HttpTest.pm t/0200-http.t t/0201-http-answers.t t/0202-http-limits.t
FUZZ_TARGETS += t/fuzz/fuzz-http-head t/fuzz/fuzz-http-body
t_fuzz_fuzz_http_head_SOURCES = t/fuzz/fuzz-http-head.c $(FUZZ_MAIN)
t_fuzz_fuzz_http_head_LDADD = $(HTTP_LIBS) $(FUZZ_LIBS)
t_fuzz_fuzz_http_body_SOURCES = t/fuzz/fuzz-http-body.c $(FUZZ_MAIN)
t_fuzz_fuzz_http_body_LDADD = $(HTTP_LIBS) $(FUZZ_LIBS)
EXTRA_DIST += t/fuzz/corpus/http-head t/fuzz/corpus/http-body

# --- what comes over the wire and out of files, into a shop in memory ---
FUZZ_SHOP = t/fuzz/shop.c t/fuzz/shop.h
FUZZ_TARGETS += t/fuzz/fuzz-ask t/fuzz/fuzz-conf t/fuzz/fuzz-csv t/fuzz/fuzz-page t/fuzz/fuzz-push t/fuzz/fuzz-token
t_fuzz_fuzz_ask_SOURCES = t/fuzz/fuzz-ask.c $(FUZZ_SHOP) $(FUZZ_MAIN)
t_fuzz_fuzz_ask_LDADD = $(SYNC_LIBS) $(FUZZ_LIBS)
t_fuzz_fuzz_csv_SOURCES = t/fuzz/fuzz-csv.c $(FUZZ_SHOP) $(FUZZ_MAIN)
t_fuzz_fuzz_csv_LDADD = $(SYNC_LIBS) $(FUZZ_LIBS)
t_fuzz_fuzz_page_SOURCES = t/fuzz/fuzz-page.c $(FUZZ_SHOP) $(FUZZ_MAIN)
t_fuzz_fuzz_page_LDADD = $(SYNC_LIBS) $(FUZZ_LIBS)
t_fuzz_fuzz_push_SOURCES = t/fuzz/fuzz-push.c $(FUZZ_SHOP) $(FUZZ_MAIN)
t_fuzz_fuzz_push_LDADD = $(SYNC_LIBS) $(FUZZ_LIBS)
t_fuzz_fuzz_token_SOURCES = t/fuzz/fuzz-token.c $(FUZZ_SHOP) $(FUZZ_MAIN)
t_fuzz_fuzz_token_LDADD = $(SYNC_LIBS) $(FUZZ_LIBS)
t_fuzz_fuzz_conf_SOURCES = t/fuzz/fuzz-conf.c $(FUZZ_MAIN)
t_fuzz_fuzz_conf_LDADD = $(SERVICE_LIBS) $(FUZZ_LIBS)
EXTRA_DIST += t/fuzz/corpus/ask t/fuzz/corpus/conf t/fuzz/corpus/csv t/fuzz/corpus/page t/fuzz/corpus/push t/fuzz/corpus/token

# --- fexlctl ---
if HAVE_CMOCKA
check_PROGRAMS += t/unit/test-csv t/unit/test-online-retail t/unit/test-fexlctl
t_unit_test_csv_LDADD = $(BASE_LIBS) $(UNIT_LIBS)
t_unit_test_online_retail_LDADD = $(FEXLCTL_LIBS) $(UNIT_LIBS)
t_unit_test_fexlctl_LDADD = $(FEXLCTL_LIBS) $(UNIT_LIBS)
endif
TESTS += t/5100-backup.t t/5110-restore.t t/5120-copies.t t/5130-doctor.t t/5135-doctor-each.t t/5200-metrics.t t/5000-fexlctl.t t/5010-import.t t/5040-schemas.t t/9000-manuals.t
EXTRA_DIST += t/5100-backup.t t/5110-restore.t t/5120-copies.t t/5130-doctor.t t/5135-doctor-each.t t/5200-metrics.t t/5000-fexlctl.t t/5010-import.t t/5040-schemas.t t/schemas.py t/9000-manuals.t t/lib/Ctl.pm t/lib/FakeDaemon.pm
TESTS += t/5020-fexlctl-tools.t t/5030-operator.t t/5035-quarantine.t
EXTRA_DIST += t/5020-fexlctl-tools.t t/5030-operator.t t/5035-quarantine.t
TESTS += t/5140-repair.t t/5150-restore-elsewhere.t t/5160-away.t
EXTRA_DIST += t/5140-repair.t t/5150-restore-elsewhere.t t/5160-away.t

# --- shop stories ---
TESTS += t/3000-two-tills.t t/3300-scenarios.t t/4000-same-json.t
EXTRA_DIST += t/lib.sh t/3000-two-tills.t t/3300-scenarios.t t/4000-same-json.t

# --- pairing, what is closed, first loads ---
TESTS += t/3200-pairing.t t/3205-pair-store.t t/3210-closed.t t/3220-first-load.t
EXTRA_DIST += t/device.sh t/3200-pairing.t t/3205-pair-store.t t/3210-closed.t t/3220-first-load.t

# --- what may go wrong: processes killed and stopped, answers lost, commits late, clocks wrong ---
TESTS += t/3100-kill.t t/3110-stopped-syncd.t t/3120-lost-answer.t t/3125-handed-over.t t/3130-late-commit.t t/3140-clock.t \
	t/3150-queue.t t/3160-no-outside.t
EXTRA_DIST += t/link.sh t/proxy.pl t/post.pl t/3100-kill.t t/3110-stopped-syncd.t t/3120-lost-answer.t t/3125-handed-over.t \
	t/3130-late-commit.t t/3140-clock.t t/3150-queue.t t/3160-no-outside.t

# --- sales and purchases ---
if HAVE_CMOCKA
check_PROGRAMS += t/unit/test-sale t/unit/test-stock t/unit/test-cost
t_unit_test_sale_SOURCES = t/unit/test-sale.c $(TRIAL_MODEL) $(FIXTURE)
t_unit_test_sale_LDFLAGS = $(MODEL_WRAPS)
t_unit_test_sale_LDADD = $(MODEL_LIBS) $(UNIT_LIBS)
t_unit_test_stock_SOURCES = t/unit/test-stock.c $(TRIAL_MODEL) $(FIXTURE)
t_unit_test_stock_LDFLAGS = $(MODEL_WRAPS)
t_unit_test_stock_LDADD = $(MODEL_LIBS) $(UNIT_LIBS)
t_unit_test_cost_SOURCES = t/unit/test-cost.c $(TRIAL_MODEL) $(FIXTURE)
t_unit_test_cost_LDFLAGS = $(MODEL_WRAPS)
t_unit_test_cost_LDADD = $(MODEL_LIBS) $(UNIT_LIBS)
endif

# --- stock, suppliers, drawers, reports ---
if HAVE_CMOCKA
check_PROGRAMS += t/unit/test-stock-documents t/unit/test-shift t/unit/test-reports
t_unit_test_reports_SOURCES = t/unit/test-reports.c $(TRIAL_MODEL) $(FIXTURE)
t_unit_test_reports_LDFLAGS = $(MODEL_WRAPS)
t_unit_test_reports_LDADD = $(MODEL_LIBS) $(UNIT_LIBS)
t_unit_test_shift_SOURCES = t/unit/test-shift.c $(TRIAL_MODEL) $(FIXTURE)
t_unit_test_shift_LDFLAGS = $(MODEL_WRAPS)
t_unit_test_shift_LDADD = $(MODEL_LIBS) $(UNIT_LIBS)
t_unit_test_stock_documents_SOURCES = t/unit/test-stock-documents.c $(TRIAL_MODEL) $(FIXTURE)
t_unit_test_stock_documents_LDFLAGS = $(MODEL_WRAPS)
t_unit_test_stock_documents_LDADD = $(MODEL_LIBS) $(UNIT_LIBS)
endif
TESTS += t/2110-stock.t t/2120-shifts.t t/2130-reports.t
EXTRA_DIST += t/2110-stock.t t/2120-shifts.t t/2130-reports.t
# --- what follows a sale ---
if HAVE_CMOCKA
check_PROGRAMS += t/unit/test-owed t/unit/test-sync-owed
t_unit_test_sync_owed_SOURCES = t/unit/test-sync-owed.c $(TRIAL) t/unit/net.c t/unit/net.h $(FIXTURE)
t_unit_test_sync_owed_LDFLAGS = $(TRIAL_WRAPS)
t_unit_test_sync_owed_LDADD = $(SYNC_LIBS) $(UNIT_LIBS)
t_unit_test_owed_SOURCES = t/unit/test-owed.c $(TRIAL_MODEL) $(FIXTURE)
t_unit_test_owed_LDFLAGS = $(MODEL_WRAPS)
t_unit_test_owed_LDADD = $(MODEL_LIBS) $(UNIT_LIBS)
endif
TESTS += t/2100-invoices.t
EXTRA_DIST += t/2100-invoices.t

# --- at home on Linux: packages, in machines that boot ---
TESTS += t/7490-systemd-short.t t/7500-systemd.t t/7510-systemd-trouble.t t/7520-systemd-cloud.t
EXTRA_DIST += t/machine.sh t/seller.pl t/7490-systemd-short.t t/7500-systemd.t t/7510-systemd-trouble.t t/7520-systemd-cloud.t

# --- a real shop; the file itself is not part of the tree ---
TESTS += t/6000-real-data.t
EXTRA_DIST += t/6000-real-data.t t/online-retail.awk

# --- the web console ---
TESTS += t/8000-console-units.t t/8010-console-sell.t t/8020-console-cable.t t/8030-console-pair.t t/8040-console-shop.t t/8050-console-conflicts.t t/8060-console-office.t t/8070-console-backup.t t/8075-console-reviews.t t/8080-console-lock.t t/8085-console-slips.t t/8087-console-resync.t t/8088-console-many.t t/8090-console-walk.t
EXTRA_DIST += t/console.sh t/8000-console-units.t t/8010-console-sell.t t/8020-console-cable.t t/8030-console-pair.t t/8040-console-shop.t t/8050-console-conflicts.t t/8060-console-office.t t/8070-console-backup.t t/8075-console-reviews.t t/8080-console-lock.t t/8085-console-slips.t t/8087-console-resync.t t/8088-console-many.t t/8090-console-walk.t

# --- a cloud and its tills, simulated: t/sim/sim.h ---
noinst_PROGRAMS += t/sim/sim
t_sim_sim_SOURCES = t/sim/main.c t/sim/runs.c t/sim/runs.h t/sim/shrink.c t/sim/run.c t/sim/sim.h t/sim/acts.c \
	t/sim/person.c t/sim/mishaps.c t/sim/node.c t/sim/purge.c t/sim/syncd.c t/sim/syncd.h t/sim/walk.c t/sim/calls.c t/sim/hub.c t/sim/apid.c t/sim/told.c \
	t/sim/look.c t/sim/check.c t/sim/check-sums.c t/sim/check-fifo.c \
	t/sim/dice.c t/sim/dice.h t/sim/disk.c t/sim/disk.h t/sim/file.c t/sim/file.h t/sim/vfs.c
t_sim_sim_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=random_bytes
t_sim_sim_LDADD = $(SYNC_LIBS)
# The same disks, under one write at a time.
if HAVE_CMOCKA
check_PROGRAMS += t/unit/test-crash t/unit/test-nomem
CRASH = t/unit/crash.c t/unit/crash.h t/sim/dice.c t/sim/dice.h t/sim/disk.c t/sim/disk.h t/sim/file.c t/sim/file.h t/sim/vfs.c
t_unit_test_crash_SOURCES = t/unit/test-crash.c $(CRASH)
t_unit_test_nomem_SOURCES = t/unit/test-nomem.c $(CRASH)
t_unit_test_nomem_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=random_bytes,--wrap=calloc,--wrap=realloc,--wrap=abort
t_unit_test_nomem_LDADD = $(SYNC_LIBS) $(UNIT_LIBS)
t_unit_test_crash_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=random_bytes
t_unit_test_crash_LDADD = $(SYNC_LIBS) $(UNIT_LIBS)
endif
TESTS += t/7000-sim.t t/7010-sim-catches.t t/7200-fire.t t/7210-growth.t
EXTRA_DIST += t/7000-sim.t t/7010-sim-catches.t t/sim/seeds t/7200-fire.t t/7210-growth.t t/fire
# As OUT, with the sources WITH in the place of those of the same name.
sim-with: $(t_sim_sim_OBJECTS) $(t_sim_sim_DEPENDENCIES)
	@for c in $(WITH); do $(COMPILE) -Wno-error -w -c -o "$$c.o" "$$c" || exit 1; done
	@$(CCLD) $(AM_CFLAGS) $(CFLAGS) $(t_sim_sim_LDFLAGS) $(LDFLAGS) -o $(OUT) $(t_sim_sim_OBJECTS) $(WITH:=.o) $(t_sim_sim_LDADD) $(LIBS)
