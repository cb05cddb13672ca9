/* routes.c - every address of the console: who may see it, who may act there, and on what. */
#include "gateway/console/login.h"
#include "gateway/console/pages.h"

const struct route console_routes[] = {
    { "/", ACCOUNT_VIEWER, .page = &page_today },
    { "/pesan", ACCOUNT_VIEWER, .page = &page_messages },
    { "/pesan/:id", ACCOUNT_VIEWER, .page = &page_message },
    { "/parkir", ACCOUNT_VIEWER, .page = &page_parked, .act = act_parked, .act_least = ACCOUNT_OFFICER },
    { "/kata", ACCOUNT_OFFICER, .page = &page_words },
    { "/rujukan", ACCOUNT_VIEWER, .page = &page_referrals },
    { "/rujukan/:nomor", ACCOUNT_VIEWER, .act = act_referral, .guard = &guard_referral,
      .act_least = ACCOUNT_OFFICER },
    { "/sinyal", ACCOUNT_VIEWER, .page = &page_signals },
    { "/sinyal/:nomor", ACCOUNT_VIEWER, .page = &page_signal, .act = act_signal, .guard = &guard_signal,
      .act_least = ACCOUNT_OFFICER },
    { "/pws", ACCOUNT_VIEWER, .page = &page_pws },
    { "/pws/matriks", ACCOUNT_VIEWER, .page = &page_matrix },
    { "/pws/lokmin", ACCOUNT_VIEWER, .page = &page_sheet },
    { "/desa/:kode", ACCOUNT_VIEWER, .page = &page_village },
    { "/desa/:kode/temuan", ACCOUNT_VIEWER, .act = act_finding, .guard = &guard_finding,
      .act_least = ACCOUNT_OFFICER },
    { "/kelengkapan", ACCOUNT_VIEWER, .page = &page_completeness },
    { "/orang", ACCOUNT_VIEWER, .page = &page_people, .act = act_import, .act_least = ACCOUNT_OFFICER },
    { "/orang/:siapa", ACCOUNT_VIEWER, .page = &page_person, .act = act_person, .guard = &guard_person,
      .act_least = ACCOUNT_OFFICER },
    { "/daftar/:nomor", ACCOUNT_VIEWER, .act = act_request, .guard = &guard_request,
      .act_least = ACCOUNT_OFFICER },
    { "/tempat", ACCOUNT_VIEWER, .page = &page_places },
    { "/anak/:nomor", ACCOUNT_VIEWER, .page = &page_child, .act = act_child, .guard = &guard_child,
      .act_least = ACCOUNT_OFFICER },
    { "/ibu/:nomor", ACCOUNT_VIEWER, .page = &page_mother },
    { "/kirim", ACCOUNT_VIEWER, .page = &page_sinks },
    { "/sistem", ACCOUNT_VIEWER, .page = &page_system },
    { "/akun", ACCOUNT_ADMIN, .page = &page_accounts, .act = login_account_act, .act_least = ACCOUNT_ADMIN },
    { "/audit", ACCOUNT_ADMIN, .page = &page_audit },
    { "/sandi", ACCOUNT_VIEWER, .page = &page_password, .act = login_own_password,
      .act_least = ACCOUNT_VIEWER },
    { "/buka", ACCOUNT_OFFICER, .act = act_reveal, .act_least = ACCOUNT_OFFICER },
    { "/keluar", ACCOUNT_VIEWER, .get = logout_get, .act = logout_post, .act_least = ACCOUNT_VIEWER },
    { "/arus", ACCOUNT_VIEWER, .get = live_watch },
};

const unsigned console_routes_n = sizeof console_routes / sizeof *console_routes;
