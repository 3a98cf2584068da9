#include "cli/inspect_args.h"

#include "cli/ui.h"

/* The values of an option that can be given several times. */
static const char **all_of(const struct args *args, const char *name, size_t *ret_count)
{
    const char **values = mem_zalloc(args->values.count + 1, sizeof(*values));
    *ret_count = 0;
    for (size_t i = 0; i < args->values.count; i++)
        if (strcmp(args->values.items[i].option->name, name) == 0)
            values[(*ret_count)++] = args->values.items[i].value;
    return values;
}

int inspect_args_open(const struct args *args, const struct kinds *kinds,
                      struct inspect_setup *ret_setup, struct pl_err *err)
{
    enum { PASSWORD_SECONDS = 5 };
    struct inspect_options options = {
        .secrets = kinds->on[FINDING_SECRET],
        .passwords = kinds->on[FINDING_PASSWORD],
        .permissions = kinds->on[FINDING_PERMISSION],
        .config = kinds->on[FINDING_CONFIG],
        .checks = str_of(args_get(args, "checks")),
        .malware = kinds->on[FINDING_MALWARE],
        .malware_named = kinds->named[FINDING_MALWARE],
        .clamd = args_get(args, "clamd"),
        .fingerprint_key = args_get(args, "fingerprint-key"),
        .wordlist = args_get(args, "wordlist"),
    };
    AUTO_FREE const char **rules = all_of(args, "secret-rules", &options.secret_rule_count);
    AUTO_FREE const char **yara = all_of(args, "yara", &options.yara_count);
    AUTO_FREE const char **hashes = all_of(args, "malware-hashes", &options.hash_count);
    options.secret_rules = rules;
    options.yara = yara;
    options.hashes = hashes;
    *ret_setup = (struct inspect_setup){.secrets = NULL};
    int r = args_duration(args, "password-time", PASSWORD_SECONDS, &options.password_seconds, err);
    if (r == 0)
        r = inspect_setup_open(&options, ret_setup, err);
    for (size_t i = 0; i < ret_setup->notes.count; i++)
        ui_say("%s", ret_setup->notes.items[i].local);
    return r;
}
