#include "cli/kinds_args.h"

/* The words of --only and --skip are the report's own but for this one. */
static const char *word_of(enum finding_kind kind)
{
    return kind == FINDING_VULNERABILITY ? "vuln" : finding_kind_name(kind);
}

static int parse_list(const char *option, const char *list, bool ret_named[FINDING_KIND_COUNT],
                      struct pl_err *err)
{
    struct str rest = str_of(list), word;
    while (str_cut(&rest, ',', &word)) {
        bool known = false;
        word = str_trim(word);
        for (size_t kind = 0; kind < FINDING_KIND_COUNT; kind++)
            if (str_is(word, word_of((enum finding_kind)kind)))
                known = ret_named[kind] = true;
        if (!known)
            return err_set(err, PL_E_USAGE,
                           "--%s: \"%.*s\" is none of vuln, secret, password, config, "
                           "permission, malware, license",
                           option, STR_ARG(word));
    }
    return 0;
}

int kinds_args_parse(const struct args *args, struct kinds *ret_kinds, struct pl_err *err)
{
    const char *only = args_get(args, "only"), *skip = args_get(args, "skip");
    bool skipped[FINDING_KIND_COUNT] = {false};
    int r = 0;
    *ret_kinds = (struct kinds){{false}, {false}};
    if (only)
        r = parse_list("only", only, ret_kinds->named, err);
    if (r == 0 && skip)
        r = parse_list("skip", skip, skipped, err);
    for (size_t kind = 0; kind < FINDING_KIND_COUNT; kind++)
        ret_kinds->on[kind] = (!only || ret_kinds->named[kind]) && !skipped[kind];
    return r;
}
