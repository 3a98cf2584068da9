#include "app/evaluate.h"

#include "base/clock.h"
#include "catalog/os.h"
#include "match/match.h"
#include "model/ecosystem.h"

static void tell(struct report *report, bool error, const struct pl_err *problem)
{
    report_tell(report, error, STR_NONE, problem);
}

static struct str os_text(struct report *report)
{
    const struct os_info *os = &report->target.os;
    return os->name.len ? os->name
                        : arena_printf(&report->arena, "%.*s%s%.*s", STR_ARG(os->id),
                                       os->version.len ? " " : "", STR_ARG(os->version));
}

/* A system past its end of life gets no new advisories: what looks clean may only be forgotten. */
static void check_end_of_life(struct report *report)
{
    struct os_info *os = &report->target.os;
    struct pl_err problem;
    char today[CLOCK_DATE];
    if (os->end_of_life.len == 0)
        return;
    clock_today(today);
    if (str_compare(os->end_of_life, str_of(today)) >= 0)
        return;
    report->past_end_of_life = true;
    struct str name = os_text(report);
    err_set(&problem, PL_E_UNSUPPORTED,
            "%.*s reached its end of life on %.*s: new vulnerabilities are not fixed, and may not "
            "even be listed; move to a supported release",
            STR_ARG(name), STR_ARG(os->end_of_life));
    tell(report, false, &problem);
}

static size_t count_system_packages(const struct report *report)
{
    size_t count = 0;
    for (size_t i = 0; i < report->packages.count; i++)
        count += ecosystem_of(report->packages.items[i].type)->system;
    return count;
}

/* What can be said of the system before any database is asked. */
void evaluate_system(struct report *report)
{
    struct pl_err problem;
    check_end_of_life(report);
    if (report->target.os.id.len && count_system_packages(report) == 0) {
        struct str name = os_text(report);
        err_set(
            &problem, PL_E_NOT_FOUND,
            "this is %.*s, but no packages of it were found: its package database is not there, "
            "or is empty, so nothing was examined",
            STR_ARG(name));
        tell(report, true, &problem);
    }
}

/* ---- the database ---- */

static void describe_database(struct report *report, const struct vulndb *db)
{
    const struct vulndb_info *info = vulndb_info(db);
    report->database.used = true;
    report->database.built = arena_str(&report->arena, info->built);
    report->database.advisories = info->advisories;
    for (size_t i = 0; i < info->feed_count; i++) {
        const struct vulndb_feed *feed = &info->feeds[i];
        struct str name = feed->unit.len ? arena_printf(&report->arena, "%.*s/%.*s",
                                                        STR_ARG(feed->name), STR_ARG(feed->unit))
                                         : arena_str(&report->arena, feed->name);
        *VEC_ADD(&report->database.feeds) = (struct report_feed){
            .name = name,
            .updated = arena_str(&report->arena, feed->updated),
            .advisories = feed->advisories,
        };
    }
}

static int check_age(const struct vulndb *db, uint64_t max_age, struct pl_err *err)
{
    int64_t built, now = clock_now();
    struct str text = vulndb_info(db)->built;
    if (max_age == 0)
        return 0;
    if (!clock_parse(text, &built))
        return err_set(err, PL_E_DATABASE, "the advisory database does not say how old it is");
    if (now - built > (int64_t)max_age)
        return err_set(err, PL_E_DATABASE,
                       "the advisory database was built on %.*s, which is older than --max-db-age "
                       "allows; run: plimsoll db update",
                       STR_ARG(text));
    return 0;
}

/* What became known since then is not in it: a report that looks clean may only be old. */
static void check_freshness(struct report *report, const struct vulndb *db)
{
    enum { FRESH_DAYS = 30 };
    int64_t built;
    struct pl_err problem;
    struct str text = vulndb_info(db)->built;
    if (!clock_parse(text, &built) || clock_now() - built <= FRESH_DAYS * 86400)
        return;
    err_set(
        &problem, PL_E_DATABASE,
        "the advisory database is of %.*s, more than %d days ago: newer vulnerabilities are not "
        "in it; run: plimsoll db update",
        STR_ARG(str_first(text, 10)), FRESH_DAYS);
    tell(report, false, &problem);
}

/* False, and told, when the database cannot speak of this system. */
static bool check_feed(struct report *report, const struct vulndb *db,
                       const struct match_namespace *namespaces, size_t count)
{
    struct pl_err problem;
    const struct os_info *os = &report->target.os;
    struct str name = os_text(report);
    size_t packages = count_system_packages(report);
    if (packages == 0)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!namespaces[i].out_of_reach && vulndb_has_namespace(db, namespaces[i].name))
            return true;
    report->no_feed = true;
    if (os->id.len == 0)
        err_set(
            &problem, PL_E_UNSUPPORTED,
            "the operating system cannot be told (no os-release and no older release file): its "
            "%zu packages were not examined for vulnerabilities",
            packages);
    else
        err_set(&problem, PL_E_UNSUPPORTED,
                "the advisory database has no feed for %.*s (%.*s %.*s): its %zu packages were not "
                "examined for vulnerabilities; run: plimsoll db update, or import its feed",
                STR_ARG(name), STR_ARG(os->id), STR_ARG(os->version), packages);
    tell(report, true, &problem);
    return false;
}

/* Packages that no advisory of the database can speak of were not examined. Those that belong to a
 * package of the system are, under that one's name. */
static void check_ecosystems(struct report *report, const struct vulndb *db, bool system_known)
{
    size_t counts[PACKAGE_TYPE_COUNT] = {0};
    struct pl_err problem;
    for (size_t i = 0; i < report->packages.count; i++) {
        const struct package *package = &report->packages.items[i];
        bool elsewhere = package->owner != OWNER_NONE && system_known;
        bool nameless = package->type == PACKAGE_GENERIC && !package->cpe_count;
        counts[package->type] += !elsewhere && !nameless && !ecosystem_of(package->type)->system;
    }
    for (size_t type = 0; type < PACKAGE_TYPE_COUNT; type++) {
        const struct ecosystem *ecosystem = ecosystem_of((enum package_type)type);
        const char *space = type == PACKAGE_GENERIC ? "NVD:cpe" : ecosystem->osv;
        if (!counts[type] || (space && vulndb_has_namespace(db, str_of(space))))
            continue;
        if (space && !ecosystem->rare)
            err_set(&problem, PL_E_UNSUPPORTED,
                    "the advisory database has no feed for %s: %zu packages of type %s were not "
                    "examined for vulnerabilities; run: plimsoll db update, or import its feed",
                    space, counts[type], ecosystem->type);
        else
            err_set(&problem, PL_E_UNSUPPORTED,
                    "no feed that is known speaks of packages of type %s: %zu of them are listed "
                    "and were not examined for vulnerabilities",
                    ecosystem->type, counts[type]);
        tell(report, space && !ecosystem->rare, &problem);
    }
}

/* Advisories name jars by their group, which not every jar tells. */
static void check_groups(struct report *report, bool system_known)
{
    size_t count = 0;
    struct pl_err problem;
    for (size_t i = 0; i < report->packages.count; i++) {
        const struct package *package = &report->packages.items[i];
        bool elsewhere = package->owner != OWNER_NONE && system_known;
        count += package->type == PACKAGE_MAVEN && !elsewhere &&
                 str_index(package->name, ':') == SIZE_MAX;
    }
    if (count == 0)
        return;
    err_set(&problem, PL_E_UNSUPPORTED,
            "%zu packages of type maven do not tell their group: they are listed and were not "
            "examined for vulnerabilities; a list of digests can name them (docs/jars.md)",
            count);
    tell(report, false, &problem);
}

static struct match_namespace *choose_namespaces(struct report *report, size_t *ret_count)
{
    struct os_namespace *names;
    os_namespaces(&report->target.os, &report->arena, &names, ret_count);
    struct match_namespace *result =
        ARENA_ARRAY(&report->arena, struct match_namespace, *ret_count);
    for (size_t i = 0; i < *ret_count; i++)
        result[i] = (struct match_namespace){names[i].name, names[i].stream, names[i].out_of_reach};
    return result;
}

int evaluate_open(const struct evaluate_options *options, struct vulndb **ret_db,
                  struct pl_err *err)
{
    struct vulndb *db = NULL;
    int r = vulndb_open(options->database, &db, err);
    if (r == 0)
        r = check_age(db, options->max_age, err);
    if (r == 0)
        *ret_db = db;
    else if (db)
        vulndb_close(db);
    return r;
}

static void match(struct report *report, const struct vulndb *db)
{
    size_t count;
    struct match_namespace *namespaces = choose_namespaces(report, &count);
    bool system_known = check_feed(report, db, namespaces, count);
    check_ecosystems(report, db, system_known);
    check_groups(report, system_known);
    match_report(report, db, namespaces, count, system_known, report->target.root);
}

int evaluate(struct report *report, const struct vulndb *db, const struct evaluate_options *options,
             struct pl_err *err)
{
    describe_database(report, db);
    match(report, db);
    check_freshness(report, db);
    if (vulndb_damaged(db))
        return err_set(err, PL_E_DATABASE,
                       "the advisory database %s is damaged; remove it and run: plimsoll db update",
                       options->database);
    return 0;
}
