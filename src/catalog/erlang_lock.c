/* Reads the lock files of Erlang's and Elixir's build tools. rebar.lock: Rebar3's documentation,
 * "Lock files", terms {<<"cowboy">>,{pkg,<<"cowboy">>,<<"2.9.0">>},0}; mix.lock: Mix.Dep.Lock,
 * lines "jason": {:hex, :jason, "1.4.0", ...}. What comes from a repository (git) has no version
 * and is passed over. */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/cataloger.h"
#include "catalog/text.h"

static void add(struct catalog_sink *sink, struct str name, struct str version)
{
    struct package package = {
        .type = PACKAGE_HEX, .origin = PACKAGE_LOCKED, .name = name, .version = version};
    if (name.len && version.len)
        catalog_add_package(sink, &package);
}

static void read_rebar(struct catalog_sink *sink, struct str text)
{
    for (;;) {
        size_t at = str_find(text, STR("{pkg,<<\""));
        if (at == SIZE_MAX)
            return;
        text = str_from(text, at + 8);
        struct str name = str_first(text, str_index(text, '"'));
        struct str rest = str_from(text, name.len);
        if (str_starts(rest, STR("\">>,<<\"")))
            add(sink, name, text_between(rest, ",<<\"", "\">>"));
    }
}

static void read_mix(struct catalog_sink *sink, struct str text)
{
    for (;;) {
        size_t at = str_find(text, STR("{:hex,"));
        if (at == SIZE_MAX)
            return;
        text = str_from(text, at + 6);
        struct str words = str_first(text, str_index(text, '}')), name, version;
        if (str_cut(&words, ',', &name) && str_cut(&words, ',', &version)) {
            name = str_trim(name);
            name = text_unquoted(str_starts(name, STR(":")) ? str_from(name, 1) : name, '"');
            add(sink, name, text_unquoted(str_trim(version), '"'));
        }
    }
}

static int erlang_read(struct catalog_sink *sink, struct input *input, struct str companion,
                       struct pl_err *err)
{
    (void)companion;
    (void)err;
    if (str_ends(input->path, STR("mix.lock")))
        read_mix(sink, input->whole);
    else
        read_rebar(sink, input->whole);
    return 0;
}

const struct cataloger cataloger_erlang_lock = {
    .name = "erlang-lock",
    .help = N_("Hex packages of rebar.lock and mix.lock"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/rebar.lock", "**/mix.lock", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = 32 * MIB,
    .read = erlang_read,
};
