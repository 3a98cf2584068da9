#include "model/report.h"

#include "base/hash.h"
#include "base/limits.h"
#include "score/risk.h"

const char *finding_kind_name(enum finding_kind kind)
{
    static const char *const names[FINDING_KIND_COUNT] = {
        "vulnerability", "license", "config", "secret", "password", "permission", "malware",
    };
    return names[kind];
}

const char *finding_status_name(enum finding_status status)
{
    static const char *const names[FINDING_STATUS_COUNT] = {
        "fixed", "affected", "wont-fix", "deferred", "under-investigation", "end-of-life",
    };
    return names[status];
}

int finding_compare(const struct finding *a, const struct finding *b)
{
    if (a->severity != b->severity)
        return a->severity > b->severity ? -1 : 1;
    int order = str_compare(a->id, b->id);
    if (order)
        return order;
    if (a->package != b->package)
        return a->package < b->package ? -1 : 1;
    order = str_compare(a->path, b->path);
    if (order)
        return order;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    if (a->layer != b->layer)
        return a->layer < b->layer ? -1 : 1;
    return str_compare(a->fingerprint, b->fingerprint);
}

static int by_report_order(const void *a, const void *b)
{
    return finding_compare(a, b);
}

void report_sort(struct report *report)
{
    if (report->findings.count)
        qsort(report->findings.items, report->findings.count, sizeof(struct finding),
              by_report_order);
}

static int by_text(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* What an image holds everybody has who may pull it; what is set wrongly waits for another fault.
 */
int finding_risk(enum finding_kind kind, enum severity severity)
{
    static const double threats[FINDING_KIND_COUNT] = {
        [FINDING_MALWARE] = 1,       [FINDING_SECRET] = 0.9,  [FINDING_PASSWORD] = 0.7,
        [FINDING_PERMISSION] = 0.45, [FINDING_CONFIG] = 0.45,
    };
    return risk_of_severity(severity, threats[kind]);
}

struct str finding_fingerprint(struct arena *arena, const struct finding *finding,
                               const struct package *package, struct str root)
{
    struct sha256 sha;
    unsigned char digest[SHA256_BYTES];
    char text[DIGEST_TEXT];
    VEC(struct str) parts = {0};
    *VEC_ADD(&parts) = finding->id;
    for (size_t i = 0; i < finding->alias_count; i++)
        *VEC_ADD(&parts) = finding->aliases[i];
    qsort(parts.items, parts.count, sizeof(parts.items[0]), by_text);
    *VEC_ADD(&parts) = str_of(finding_kind_name(finding->kind));
    *VEC_ADD(&parts) = root;
    *VEC_ADD(&parts) = package ? str_of(package_type_name(package->type)) : STR_NONE;
    *VEC_ADD(&parts) = package ? package->name : STR_NONE;
    if (finding->kind != FINDING_VULNERABILITY && finding->path.len) {
        *VEC_ADD(&parts) = finding->path;
        *VEC_ADD(&parts) = finding->identity;
    } else if (finding->identity.len) {
        *VEC_ADD(&parts) = finding->identity;
    }
    sha256_init(&sha);
    for (size_t i = 0; i < parts.count; i++) {
        sha256_add(&sha, parts.items[i].data, parts.items[i].len);
        sha256_add(&sha, "", 1); /* no two lists run together */
    }
    VEC_FREE(&parts);
    sha256_end(&sha, digest);
    sha256_text(digest, text);
    return arena_str(arena, str_make(text + 7, 32));
}

bool report_looked_for(const struct report *report, enum finding_kind kind)
{
    return kind == FINDING_VULNERABILITY ? report->database.used
           : kind == FINDING_LICENSE     ? report->licenses_judged
                                         : report->looked_for[kind];
}

void report_free(struct report *report)
{
    VEC_FREE(&report->target.layers);
    VEC_FREE(&report->database.feeds);
    VEC_FREE(&report->packages);
    VEC_FREE(&report->findings);
    VEC_FREE(&report->diagnostics);
    VEC_FREE(&report->verdict.reasons);
    arena_free(&report->arena);
}

void report_tell_text(struct report *report, bool error, struct str where, struct str message,
                      struct str local, struct str limit)
{
    if (error)
        report->complete = false;
    if (report->diagnostics.count >= LIMIT_DIAGNOSTICS) {
        report->diagnostics_left_out++;
        return;
    }
    *VEC_ADD(&report->diagnostics) = (struct diagnostic){
        .error = error,
        .where = arena_str(&report->arena, where),
        .message = arena_str(&report->arena, message),
        .local = arena_str(&report->arena, local),
        .limit = arena_str(&report->arena, limit),
    };
}

void report_tell(struct report *report, bool error, struct str where, const struct pl_err *message)
{
    report_tell_text(report, error, where, str_of(message->message), str_of(message->local),
                     str_of(message->limit));
}

struct str target_root_name(struct str name)
{
    size_t at = str_find(name, STR("@sha256:"));
    if (at != SIZE_MAX)
        name = str_first(name, at);
    size_t colon = str_last_index(name, ':'), slash = str_last_index(name, '/');
    if (colon != SIZE_MAX && colon > 0 && (slash == SIZE_MAX || colon > slash))
        name = str_first(name, colon);
    return name;
}

enum base_known report_base_of(const struct report *report, const struct finding *finding)
{
    return finding->layer < report->target.layers.count
               ? report->target.layers.items[finding->layer].base
               : BASE_UNKNOWN;
}

struct report_counts report_count(const struct report *report)
{
    struct report_counts counts = {0};
    for (size_t i = 0; i < report->findings.count; i++) {
        const struct finding *finding = &report->findings.items[i];
        if (finding->suppressed_by) {
            counts.suppressed++;
            continue;
        }
        counts.by_severity[finding->severity]++;
        counts.by_kind[finding->kind]++;
        counts.by_base[report_base_of(report, finding)]++;
        counts.fixable += finding->fixed.len != 0;
    }
    return counts;
}

const struct finding **report_counted(const struct report *report, size_t *ret_count)
{
    const struct finding **list = mem_alloc(sizeof(*list) * (report->findings.count + 1));
    *ret_count = 0;
    for (size_t i = 0; i < report->findings.count; i++)
        if (!report->findings.items[i].suppressed_by)
            list[(*ret_count)++] = &report->findings.items[i];
    return list;
}
