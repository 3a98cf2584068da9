/* Debian's security tracker, https://security-tracker.debian.org/tracker/data/json: an object of
 * source packages, each an object of CVEs with their state in every release. */
#include "base/i18n.h"
#include "feed/feed.h"
#include "feed/head.h"
#include "feed/words.h"

static bool debian_recognise(struct str head)
{
    return (head_has_member(head, 2, "CVE-*") || head_has_member(head, 2, "TEMP-*")) &&
           head_has_member(head, 3, "releases");
}

/* Codenames as the tracker has them; from 4 on the number is the major one. */
static const char *release_number(struct str codename)
{
    static const struct {
        const char *codename, *number;
    } table[] = {
        {"buzz", "1.1"},    {"rex", "1.2"},    {"bo", "1.3"},    {"hamm", "2.0"},
        {"slink", "2.1"},   {"potato", "2.2"}, {"woody", "3.0"}, {"sarge", "3.1"},
        {"etch", "4"},      {"lenny", "5"},    {"squeeze", "6"}, {"wheezy", "7"},
        {"jessie", "8"},    {"stretch", "9"},  {"buster", "10"}, {"bullseye", "11"},
        {"bookworm", "12"}, {"trixie", "13"},  {"forky", "14"},  {"duke", "15"},
        {"sid", "sid"},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (str_is(codename, table[i].codename))
            return table[i].number;
    return NULL;
}

struct debian {
    uint32_t unit;
    struct arena arena; /* of one entry */
};

/* "high**": the stars say that a person or a program set it. */
static struct str urgency_word(const json_t *release)
{
    struct str word = json_text(release, "urgency");
    while (str_ends(word, STR("*")))
        word.len--;
    return word;
}

static void set_reason(struct vulndb_statement *statement, enum advisory_status status,
                       const char *reason)
{
    statement->status = status;
    statement->reason = str_of(reason);
}

/* An open entry: why it stays so. A reason of "" is plain "no DSA": minor, fixed in a point release
 * if at all. */
static void read_open(const json_t *release, struct vulndb_statement *statement)
{
    struct str reason = json_text(release, "nodsa_reason");
    if (str_equal(reason, STR("ignored")))
        set_reason(statement, ADVISORY_WONT_FIX, "ignored");
    else if (str_equal(reason, STR("postponed")))
        set_reason(statement, ADVISORY_DEFERRED, "postponed");
    else if (json_object_get(release, "nodsa") || json_object_get(release, "nodsa_reason"))
        set_reason(statement, ADVISORY_AFFECTED, "no-dsa");
}

static bool read_release(const json_t *release, struct vulndb_statement *statement,
                         struct advisory_range *range, struct pl_err *err)
{
    struct str status = json_text(release, "status"), urgency = urgency_word(release);
    struct str fixed = json_text(release, "fixed_version");
    *range = (struct advisory_range){.introduced = STR("")};
    statement->ranges = range;
    statement->range_count = 1;
    statement->status = ADVISORY_AFFECTED;
    statement->unimportant = str_equal(urgency, STR("unimportant"));
    statement->severity = words_severity(urgency);
    if (str_equal(status, STR("resolved"))) {
        if (!fixed.len) {
            err_set(err, PL_E_FORMAT, "a resolved entry has no fixed version");
            return false;
        }
        range->fixed = fixed;
        if (str_equal(fixed, STR("0"))) {
            statement->status = ADVISORY_NOT_AFFECTED;
            statement->range_count = 0;
        }
        return true;
    }
    if (str_equal(status, STR("undetermined")))
        set_reason(statement, ADVISORY_UNDER_INVESTIGATION, "undetermined");
    else if (str_equal(status, STR("open")))
        read_open(release, statement);
    else {
        err_set(err, PL_E_FORMAT, "the status \"%.*s\" is not known", STR_ARG(status));
        return false;
    }
    if (str_equal(urgency, STR("end-of-life")))
        set_reason(statement, ADVISORY_END_OF_LIFE, "end-of-life");
    return true;
}

static void tell_release(struct feed_import *import, const struct feed_document *document,
                         struct debian *debian, const struct str *names, const char *codename,
                         const struct pl_err *problem)
{
    struct str place = arena_printf(&debian->arena, "%.*s/%.*s/%s", STR_ARG(names[0]),
                                    STR_ARG(names[1]), codename);
    feed_tell(import, document, place, problem);
}

static void read_cve(struct feed_import *import, const struct feed_document *document,
                     const struct str *names, const json_t *json, void *context)
{
    struct debian *debian = context;
    struct pl_err err;
    struct vulndb_statement statement;
    const char *codename;
    json_t *release, *releases = json_object_get(json, "releases");
    /* None at all is written as an empty list. */
    if (!json_is_object(releases) && !(json_is_array(releases) && !json_array_size(releases))) {
        err_set(&err, PL_E_FORMAT, "the entry has no releases");
        feed_tell(import, document, names[1], &err);
    }
    json_object_foreach(releases, codename, release)
    {
        struct advisory_range range;
        const char *number = release_number(str_of(codename));
        statement = (struct vulndb_statement){
            .feed = FEED_DEBIAN, .advisory = names[1], .ids = &names[1], .id_count = 1};
        int r = 0;
        if (!number)
            r = err_set(&err, PL_E_UNSUPPORTED, "the release \"%s\" is not known to this version",
                        codename);
        else if (!read_release(release, &statement, &range, &err))
            r = -(int)err.code;
        else
            r = builder_statement(import->builder, debian->unit,
                                  arena_printf(&debian->arena, "Debian:%s", number), names[0],
                                  &statement, &err);
        if (r < 0)
            tell_release(import, document, debian, names, codename, &err);
    }
    struct vulndb_facet facet = {.title =
                                     words_title(&debian->arena, json_text(json, "description"))};
    if (facet.title.len && builder_facet(import->builder, debian->unit, names[1], &facet, &err) < 0)
        feed_tell(import, document, names[1], &err);
    arena_free(&debian->arena);
}

static int debian_read(struct feed_import *import, struct feed_document *document,
                       struct pl_err *err)
{
    static const char *const path[] = {"*", "*", NULL};
    struct debian debian = {.unit =
                                builder_unit(import->builder, FEED_DEBIAN, STR("debian"), STR(""))};
    feed_brings_whole(import, debian.unit);
    return feed_read_entries(import, document, path, read_cve, NULL, &debian, err);
}

static const struct feed_address addresses[] = {
    {"https://security-tracker.debian.org/tracker/data/json", "Debian security tracker", NULL},
    {NULL, NULL, NULL},
};

const struct feed feed_debian = {
    .name = "debian",
    .help = N_("Debian's security tracker (JSON)"),
    .id = FEED_DEBIAN,
    .recognise = debian_recognise,
    .read = debian_read,
    .addresses = addresses,
};
