#include "cli/inspect_args.h"

#include "cli/ui.h"

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
        .fingerprint_key = args_get(args, "fingerprint-key"),
        .wordlist = args_get(args, "wordlist"),
    };
    AUTO_FREE const char **rules = mem_zalloc(args->values.count + 1, sizeof(*rules));
    for (size_t i = 0; i < args->values.count; i++)
        if (strcmp(args->values.items[i].option->name, "secret-rules") == 0)
            rules[options.secret_rule_count++] = args->values.items[i].value;
    options.secret_rules = rules;
    *ret_setup = (struct inspect_setup){.secrets = NULL};
    int r = args_duration(args, "password-time", PASSWORD_SECONDS, &options.password_seconds, err);
    if (r == 0)
        r = inspect_setup_open(&options, ret_setup, err);
    for (size_t i = 0; i < ret_setup->notes.count; i++)
        ui_say("%s", ret_setup->notes.items[i].local);
    return r;
}
