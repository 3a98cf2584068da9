#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "cli/config.h"
#include "cli/verb.h"

struct args_memory {
    struct arena arena;
};

const struct option common_options[] = {
    {"lang", "en|zh", N_("language of messages; by default that of LC_ALL, LC_MESSAGES, LANG")},
    {"quiet", NULL, N_("no progress and no messages but errors")},
    {"verbose", NULL, N_("all notes and diagnostics")},
    {"no-progress", NULL, N_("no progress bar")},
    {"config", "FILE",
     N_("configuration file; by default the user's, then /etc/plimsoll/config.yaml")},
    {"help", NULL, N_("this help")},
    {NULL, NULL, NULL},
};

static const struct option *find_in(const struct option *options, const char *name, size_t len)
{
    for (; options && options->name; options++)
        if (strlen(options->name) == len && memcmp(options->name, name, len) == 0)
            return options;
    return NULL;
}

static const struct option *find_option(const struct verb *verb, const char *name, size_t len)
{
    const struct option *option = find_in(verb->options, name, len);
    return option ? option : find_in(common_options, name, len);
}

static void add_value(struct args *args, const struct option *option, const char *value)
{
    *VEC_ADD(&args->values) = (struct option_value){option, value};
}

static int take_option(const struct verb *verb, int count, char **words, int *at, struct args *args,
                       struct pl_err *err)
{
    const char *name = words[*at] + 2, *equals = strchr(name, '=');
    size_t len = equals ? (size_t)(equals - name) : strlen(name);
    const struct option *option = find_option(verb, name, len);
    if (!option)
        return err_set(err, PL_E_USAGE, "%s has no option --%.*s; see: plimsoll %s --help",
                       verb->name, (int)len, name, verb->name);
    if (!option->argument) {
        if (equals)
            return err_set(err, PL_E_USAGE, "--%s takes no value", option->name);
        add_value(args, option, "");
        return 0;
    }
    if (equals) {
        add_value(args, option, equals + 1);
        return 0;
    }
    if (*at + 1 >= count)
        return err_set(err, PL_E_USAGE, "--%s needs a value: %s", option->name, option->argument);
    add_value(args, option, words[++*at]);
    return 0;
}

/* PLIMSOLL_FAIL_ON for --fail-on. A switch is on when its variable is set and neither empty nor 0.
 */
static void add_environment(const struct option *option, struct args *args)
{
    AUTO_FREE char *name = str_dup(arena_printf(&args->memory->arena, "PLIMSOLL_%s", option->name));
    for (char *c = name + 9; *c; c++)
        *c = *c == '-' ? '_' : (char)(*c >= 'a' && *c <= 'z' ? *c - 32 : *c);
    const char *value = getenv(name);
    if (!value || !*value || args_has(args, option->name))
        return;
    if (option->argument)
        add_value(args, option, value);
    else if (strcmp(value, "0") != 0 && strcmp(value, "false") != 0)
        add_value(args, option, "");
}

static void add_environments(const struct verb *verb, struct args *args)
{
    for (const struct option *option = verb->options; option && option->name; option++)
        add_environment(option, args);
    for (const struct option *option = common_options; option->name; option++)
        if (strcmp(option->name, "help") != 0)
            add_environment(option, args);
}

static int add_config(const struct verb *verb, struct args *args, struct pl_err *err)
{
    struct config config = {0};
    int r = config_read(args_get(args, "config"), &config, err);
    VEC(const struct option *) given = {0};
    for (size_t i = 0; i < args->values.count; i++)
        *VEC_ADD(&given) = args->values.items[i].option;
    for (size_t i = 0; r == 0 && i < config.entries.count; i++) {
        const struct config_entry *entry = &config.entries.items[i];
        const struct option *option = find_option(verb, entry->key.data, entry->key.len);
        bool known = false;
        for (size_t k = 0; k < given.count; k++)
            known = known || given.items[k] == option;
        const char *value = arena_str(&args->memory->arena, entry->value).data;
        if (str_is(entry->key, "mirrors"))
            *VEC_ADD(&args->mirrors) = (struct option_value){NULL, value};
        else if (!option || known)
            continue; /* of another verb, or the command line has its say */
        else if (option->argument)
            add_value(args, option, value);
        else if (strcmp(value, "true") == 0 || strcmp(value, "yes") == 0)
            add_value(args, option, "");
    }
    VEC_FREE(&given);
    config_free(&config);
    return r;
}

int args_parse(const struct verb *verb, int count, char **words, struct args *ret_args,
               struct pl_err *err)
{
    bool only_words = false;
    *ret_args = (struct args){.memory = mem_zalloc(1, sizeof(struct args_memory))};
    for (int i = 0; i < count; i++) {
        const char *word = words[i];
        if (only_words || word[0] != '-' || word[1] == '\0') {
            *VEC_ADD(&ret_args->words) = word;
        } else if (strcmp(word, "--") == 0) {
            only_words = true;
        } else if (strcmp(word, "-h") == 0) {
            add_value(ret_args, find_in(common_options, "help", 4), "");
        } else if (word[1] != '-') {
            return err_set(err, PL_E_USAGE, "%s is no option; see: plimsoll %s --help", word,
                           verb->name);
        } else {
            int r = take_option(verb, count, words, &i, ret_args, err);
            if (r < 0)
                return r;
        }
    }
    add_environments(verb, ret_args);
    return add_config(verb, ret_args, err);
}

void args_free(struct args *args)
{
    if (args->memory)
        arena_free(&args->memory->arena);
    free(args->memory);
    VEC_FREE(&args->words);
    VEC_FREE(&args->values);
    VEC_FREE(&args->mirrors);
}

const char *args_get(const struct args *args, const char *name)
{
    for (size_t i = args->values.count; i > 0; i--)
        if (strcmp(args->values.items[i - 1].option->name, name) == 0)
            return args->values.items[i - 1].value;
    return NULL;
}

bool args_has(const struct args *args, const char *name)
{
    return args_get(args, name) != NULL;
}

int args_number(const struct args *args, const char *name, uint64_t low, uint64_t high,
                uint64_t otherwise, uint64_t *ret_value, struct pl_err *err)
{
    const char *text = args_get(args, name);
    *ret_value = otherwise;
    if (!text)
        return 0;
    if (!str_to_u64(str_of(text), ret_value) || *ret_value < low || *ret_value > high)
        return err_set(err, PL_E_USAGE, "--%s takes a whole number from %llu to %llu, not \"%s\"",
                       name, (unsigned long long)low, (unsigned long long)high, text);
    return 0;
}

int args_duration(const struct args *args, const char *name, uint64_t otherwise,
                  uint64_t *ret_seconds, struct pl_err *err)
{
    const char *text = args_get(args, name);
    *ret_seconds = otherwise;
    if (text && !clock_duration(str_of(text), ret_seconds))
        return err_set(err, PL_E_USAGE, "--%s takes a time such as 30s, 10m, 12h or 7d, not \"%s\"",
                       name, text);
    return 0;
}
