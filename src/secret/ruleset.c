#include "secret/ruleset.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/pack.h"
#include "io/hyperscan.h"
#include "io/pcre.h"

extern const unsigned char secret_database[];
extern const size_t secret_database_size;

/* Flags of all patterns: what PCRE2 does without options; "." and "^" as there. */
enum { FLAGS = 0 };

int secret_ruleset_new(struct secret_ruleset **ret_set, struct pl_err *err)
{
    if (!hyperscan_load())
        return err_set(err, PL_E_NOT_FOUND,
                       "looking for secrets needs Hyperscan, which is not installed here, or does "
                       "not run on this processor (Debian: package libhyperscan5)");
    if (!pcre_available())
        return err_set(err, PL_E_NOT_FOUND,
                       "looking for secrets needs PCRE2, which is not installed here (Debian: "
                       "package libpcre2-8-0)");
    struct secret_ruleset *set = mem_zalloc(1, sizeof(*set));
    for (const struct secret_rule *rule = secret_rules; rule->id; rule++)
        *VEC_ADD(&set->rules) = rule;
    for (const struct secret_allow *allow = secret_allows; allow->id; allow++)
        *VEC_ADD(&set->allows) = allow;
    *ret_set = set;
    return 0;
}

void secret_ruleset_free(struct secret_ruleset *set)
{
    for (size_t i = 0; i < ARRAY_LEN(set->databases); i++)
        if (set->databases[i] && set->owned[i])
            hyperscan_load()->free_database(set->databases[i]);
    VEC_FREE(&set->rules);
    VEC_FREE(&set->allows);
    arena_free(&set->arena);
    free(set);
}

bool secret_ruleset_disable(struct secret_ruleset *set, struct str id)
{
    size_t kept = 0, before = set->rules.count;
    for (size_t i = 0; i < set->rules.count; i++) {
        bool own = i + set->own >= set->rules.count;
        if (own || !(id.len == 0 || str_glob(id, str_of(set->rules.items[i]->id))))
            set->rules.items[kept++] = set->rules.items[i];
    }
    set->rules.count = kept;
    return kept < before;
}

void secret_ruleset_add(struct secret_ruleset *set, const struct secret_rule *rule)
{
    *VEC_ADD(&set->rules) = rule;
    set->own++;
}

void secret_ruleset_add_allow(struct secret_ruleset *set, const struct secret_allow *allow)
{
    *VEC_ADD(&set->allows) = allow;
}

/* One rule by itself, as exactly as Hyperscan can: what it does not know (look-around) makes it
 * find more, and PCRE2 decides. */
static unsigned flags_of(const struct secret_rule *rule)
{
    const struct hyperscan_api *hs = hyperscan_load();
    hs_expr_info_t *info = NULL;
    hs_compile_error_t *problem = NULL;
    if (hs->expression_info(rule->pattern, FLAGS, &info, &problem) == HS_SUCCESS) {
        bool empty = info->min_width == 0;
        free(info);
        return empty ? FLAGS | HS_FLAG_ALLOWEMPTY : FLAGS;
    }
    hs->free_compile_error(problem);
    return FLAGS | HS_FLAG_PREFILTER | HS_FLAG_ALLOWEMPTY;
}

/* Rules `first` to `end` as one database. Their ids are their indices. */
static int compile(struct secret_ruleset *set, size_t first, size_t end, hs_database_t **ret,
                   struct pl_err *err)
{
    const struct hyperscan_api *hs = hyperscan_load();
    hs_compile_error_t *problem = NULL;
    size_t count = end - first;
    AUTO_FREE const char **patterns = mem_zalloc(count, sizeof(*patterns));
    AUTO_FREE unsigned *flags = mem_zalloc(count, sizeof(*flags));
    AUTO_FREE unsigned *ids = mem_zalloc(count, sizeof(*ids));
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        const struct secret_rule *rule = set->rules.items[first + i];
        if (!rule->pattern)
            continue; /* it finds files by their path */
        patterns[used] = rule->pattern;
        ids[used] = (unsigned)(first + i);
        flags[used++] = flags_of(rule);
    }
    if (used == 0)
        return 0;
    count = used;
    hs_error_t result = hs->compile_multi(patterns, flags, ids, (unsigned)count, HS_MODE_BLOCK,
                                          NULL, ret, &problem);
    if (result == HS_SUCCESS)
        return 0;
    int at = problem ? problem->expression : -1;
    err_set(err, PL_E_FORMAT, "the rule %s: its pattern cannot be compiled: %s",
            at >= 0 && (size_t)at < count ? set->rules.items[ids[at]]->id : "?",
            problem ? problem->message : "?");
    if (problem)
        hs->free_compile_error(problem);
    return -PL_E_FORMAT;
}

/* What was compiled when the program was built, as long as it is for all of the rules and the
 * library is the same. */
static bool open_built(struct secret_ruleset *set, size_t shipped)
{
    return shipped == secret_rule_count &&
           hyperscan_load()->deserialize((const char *)secret_database, secret_database_size,
                                         &set->databases[0]) == HS_SUCCESS;
}

int secret_ruleset_seal(struct secret_ruleset *set, struct pl_err *err)
{
    size_t shipped = set->rules.count - set->own;
    int r = 0;
    if (r == 0 && shipped && !open_built(set, shipped))
        r = compile(set, 0, shipped, &set->databases[0], err);
    if (r == 0 && set->own)
        r = compile(set, shipped, set->rules.count, &set->databases[1], err);
    set->owned[0] = set->owned[1] = true;
    return r;
}

enum secret_rank secret_rank_of(const struct secret_rule *rule)
{
    if (str_starts(str_of(rule->id), STR("generic-")))
        return SECRET_GENERIC;
    return rule->files ? SECRET_OF_FILE : SECRET_TOKEN;
}

const struct secret_rule *secret_rule_find(const struct secret_ruleset *set, struct str id)
{
    for (size_t i = 0; i < set->rules.count; i++)
        if (str_is(id, set->rules.items[i]->id))
            return set->rules.items[i];
    return NULL;
}

static void pack_list(const char *const *list, struct buf *buf)
{
    for (; list && *list; list++)
        pack_text(buf, str_of(*list));
    pack_text(buf, STR_NONE);
}

void secret_ruleset_pack(const struct secret_ruleset *set, struct buf *buf)
{
    pack_number(buf, set->rules.count);
    for (size_t i = 0; i < set->rules.count; i++) {
        const struct secret_rule *rule = set->rules.items[i];
        pack_text(buf, str_of(rule->id));
        if (i + set->own < set->rules.count)
            continue; /* the program's own: its build says what it is */
        pack_text(buf, str_of(rule->pattern));
        pack_text(buf, str_of(rule->path));
        pack_number(buf, rule->group);
        pack_number(buf, (uint64_t)rule->far_keywords << 1 | rule->text_only);
        pack_number(buf, (uint64_t)(rule->entropy * 1000));
        pack_number(buf, rule->severity);
        pack_list(rule->keywords, buf);
        pack_list(rule->files, buf);
        pack_list(rule->not_files, buf);
        pack_list(rule->allow, buf);
        pack_list(rule->allow_line, buf);
    }
    for (size_t i = 0; i < set->allows.count; i++) {
        const struct secret_allow *allow = set->allows.items[i];
        pack_text(buf, str_of(allow->id));
        pack_list(allow->value, buf);
        pack_list(allow->line, buf);
        pack_list(allow->blocks, buf);
        pack_list(allow->files, buf);
        pack_list(allow->kinds, buf);
        pack_list(allow->paths, buf);
        pack_number(buf, allow->every);
    }
    buf_add(buf, str_make((const char *)set->key, sizeof(set->key)));
}
