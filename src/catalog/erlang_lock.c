/* Reads the lock files of Erlang's and Elixir's build tools. rebar.lock: Rebar3's documentation,
 * "Lock files", terms {<<"cowboy">>,{pkg,<<"cowboy">>,<<"2.9.0">>},0}; mix.lock: Mix.Dep.Lock,
 * lines "jason": {:hex, :jason, "1.4.0", ...}. What comes from a repository (git) has no version
 * and is passed over. */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/details.h"
#include "catalog/text.h"

static void add(struct catalog_sink *sink, struct str name, struct str version,
                const struct details *details)
{
    struct package package = {
        .type = PACKAGE_HEX, .origin = PACKAGE_LOCKED, .name = name, .version = version};
    if (details)
        details_put(details, &package);
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
            add(sink, name, text_between(rest, ",<<\"", "\">>"), NULL);
    }
}

/* Behind the version: "inner checksum", [:mix], [{:decimal, "~> 2.0", [hex: :decimal]}], "hexpm",
 * "checksum of the archive"}. */
static void take_details(struct details *details, struct str words)
{
    struct str last = str_first(words, str_last_index(words, '"'));
    size_t quote = str_last_index(last, '"');
    if (quote != SIZE_MAX)
        details_hash(details, "sha256", str_from(last, quote + 1));
    for (;;) {
        size_t at = str_find(words, STR("{:"));
        if (at == SIZE_MAX)
            return;
        words = str_from(words, at + 2);
        struct str need = str_trim(str_first(words, str_index(words, ',')));
        relations_add(&details->needs, text_unquoted(need, '"'));
    }
}

static void read_mix(struct catalog_sink *sink, struct str text)
{
    struct details details = {0};
    for (;;) {
        size_t at = str_find(text, STR("{:hex,"));
        if (at == SIZE_MAX)
            break;
        text = str_from(text, at + 6);
        struct str entry = str_first(text, str_find(text, STR("{:hex,"))), name, version;
        struct str words = str_first(entry, str_index(entry, '}'));
        if (str_cut(&words, ',', &name) && str_cut(&words, ',', &version)) {
            name = str_trim(name);
            name = text_unquoted(str_starts(name, STR(":")) ? str_from(name, 1) : name, '"');
            struct str line = str_first(entry, str_index(entry, '\n'));
            if (details_start(&details, sink))
                take_details(&details, line);
            add(sink, name, text_unquoted(str_trim(version), '"'), &details);
        }
    }
    details_free(&details);
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
    .version = 2,
    .wants = (const char *const[]){"**/rebar.lock", "**/mix.lock", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = 32 * MIB,
    .read = erlang_read,
};
