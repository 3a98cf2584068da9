#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "cli/ui.h"
#include "cli/verb.h"

static int word_count(const char *name)
{
    int count = 1;
    for (; *name; name++)
        count += *name == ' ';
    return count;
}

/* True when the words begin with the verb's own. */
static bool is_verb(const struct verb *verb, int count, char **words)
{
    struct str rest = str_of(verb->name), word;
    for (int i = 0; str_cut(&rest, ' ', &word); i++)
        if (i >= count || !str_is(word, words[i]))
            return false;
    return true;
}

static const struct verb *find_verb(int count, char **words)
{
    const struct verb *best = NULL;
    for (size_t i = 0; verbs[i]; i++)
        if (is_verb(verbs[i], count, words) &&
            (!best || word_count(verbs[i]->name) > word_count(best->name)))
            best = verbs[i];
    return best;
}

static bool is_group(const char *word)
{
    for (size_t i = 0; verbs[i]; i++)
        if (strncmp(verbs[i]->name, word, strlen(word)) == 0 && verbs[i]->name[strlen(word)] == ' ')
            return true;
    return false;
}

static int unknown(const char *word, struct pl_err *err)
{
    if (is_group(word)) {
        AUTO_BUF names = {0};
        for (size_t i = 0; verbs[i]; i++)
            if (strncmp(verbs[i]->name, word, strlen(word)) == 0)
                buf_printf(&names, "%s%s", names.len ? ", " : "", verbs[i]->name);
        err_set(err, PL_E_USAGE, "%s needs one more word: %.*s", word, STR_ARG(buf_str(&names)));
    } else {
        err_set(err, PL_E_USAGE, "there is no verb \"%s\"; see: plimsoll --help", word);
    }
    return ui_fail(err);
}

static int run(const struct verb *verb, int count, char **words)
{
    struct args args;
    struct pl_err err;
    int skip = word_count(verb->name), code;
    int r = args_parse(verb, count - skip, words + skip, &args, &err);
    if (r < 0) {
        code = ui_fail(&err);
    } else if (args_has(&args, "help")) {
        help_print(verb);
        code = EXIT_DONE;
    } else {
        ui_configure(&args);
        code = verb->run(&args);
    }
    args_free(&args);
    ui_progress_end();
    return code;
}

int main(int count, char **words)
{
    struct pl_err err;
    ui_start(count, words);
    for (int i = 1; i < count; i++)
        if (strcmp(words[i], "--lang") == 0 && i + 1 < count && i == 1) {
            /* "plimsoll --lang zh VERB …": options may stand before the verb. */
            words += 2;
            count -= 2;
            i = 0;
        }
    if (count < 2 || strcmp(words[1], "--help") == 0 || strcmp(words[1], "-h") == 0 ||
        (strcmp(words[1], "help") == 0 && count == 2)) {
        help_print_all();
        return count < 2 ? EXIT_USAGE : EXIT_DONE;
    }
    if (strcmp(words[1], "--version") == 0 || (strcmp(words[1], "version") == 0 && count == 2)) {
        printf("plimsoll %s\n", PLIMSOLL_VERSION);
        return fflush(stdout) == 0 ? EXIT_DONE : EXIT_PARTIAL;
    }
    if (strcmp(words[1], "help") == 0) {
        const struct verb *verb = find_verb(count - 2, words + 2);
        if (!verb)
            return unknown(words[2], &err);
        help_print(verb);
        return EXIT_DONE;
    }
    const struct verb *verb = find_verb(count - 1, words + 1);
    return verb ? run(verb, count - 1, words + 1) : unknown(words[1], &err);
}
