/* The advisory database in a registry: "db push" and "db pull". */
#include <string.h>

#include "app/db_artifact.h"
#include "base/i18n.h"
#include "cli/paths.h"
#include "cli/registry_args.h"
#include "cli/ui.h"

struct artifact_run {
    struct arena arena;
    struct database_options database;
    struct registry_options registry;
    struct artifact_options options;
};

static void tell_problem(void *context, struct str where, const struct pl_err *problem)
{
    (void)context;
    (void)where;
    ui_error(problem);
}

static void take_keys(struct artifact_run *run, const struct args *args)
{
    const char **keys = ARENA_ARRAY(&run->arena, const char *, args->values.count + 1);
    for (size_t i = 0; i < args->values.count; i++)
        if (strcmp(args->values.items[i].option->name, "verify-key") == 0)
            keys[run->options.verify_key_count++] = args->values.items[i].value;
    run->options.verify_keys = keys;
}

static int start(struct artifact_run *run, const struct args *args, struct pl_err *err)
{
    *run = (struct artifact_run){.registry = {.user = STR_NONE}};
    run->database = (struct database_options){
        .directory = paths_database(&run->arena, args).data,
        .progress = ui_progress(),
        .problem = tell_problem,
        .offline = args_has(args, "offline"),
    };
    run->options = (struct artifact_options){
        .database = &run->database,
        .registry = &run->registry,
        .sign_key = args_get(args, "sign-key"),
        .allow_older = args_has(args, "allow-older"),
    };
    take_keys(run, args);
    if (args->words.count != 1)
        return err_set(err, PL_E_USAGE,
                       "one reference is needed, such as "
                       "registry.example/security/plimsoll-db:latest");
    run->options.reference = args->words.items[0];
    return registry_args_parse(args, &run->arena, &run->registry, err);
}

static int finish(struct artifact_run *run, int code)
{
    arena_free(&run->arena);
    return code;
}

static void tell_push(const struct artifact_run *run, const struct push_result *result)
{
    char whole[32], delta[32];
    const char *name = run->options.reference;
    ui_format_bytes(result->whole, whole, sizeof(whole));
    ui_format_bytes(result->delta, delta, sizeof(delta));
    if (result->unchanged)
        ui_say(tr("%s holds this database already, nothing was sent"), name);
    else if (result->delta)
        ui_say(tr("%s: pushed as number %llu, %s, and a delta of %s; deltas there: %zu"), name,
               (unsigned long long)result->serial, whole, delta, result->delta_count);
    else
        ui_say(tr("%s: pushed as number %llu, %s, without a delta"), name,
               (unsigned long long)result->serial, whole);
    if (!run->options.sign_key)
        ui_say(tr("it is not signed: whoever may write to the registry can change it; --sign-key "
                  "signs it"));
}

static int db_push_run(const struct args *args)
{
    struct artifact_run run;
    struct push_result result;
    struct pl_err err;
    int r = start(&run, args, &err);
    if (r == 0)
        r = database_push(&run.options, &result, &err);
    if (r < 0)
        return finish(&run, ui_fail(&err));
    tell_push(&run, &result);
    return finish(&run, EXIT_DONE);
}

/* A database that stays old is as good as one that is replayed. */
enum { STALE_DAYS = 7 };

static void tell_pull(const struct artifact_run *run, const struct pull_result *result)
{
    char size[32], whole[32];
    const char *folder = run->database.directory;
    unsigned long long advisories = result->advisories;
    ui_format_bytes(result->transferred, size, sizeof(size));
    ui_format_bytes(result->whole, whole, sizeof(whole));
    if (result->way == PULL_UNCHANGED)
        ui_say(tr("the database in %s is up to date"), folder);
    else if (result->way == PULL_DELTAS)
        ui_say(tr("%llu advisories in %s: %s of changes fetched, in place of %s"), advisories,
               folder, size, whole);
    else
        ui_say(tr("%llu advisories in %s: %s fetched"), advisories, folder, size);
    if (!result->is_signed)
        ui_say(tr("warning: nobody vouches for this database: its signature was not checked; name "
                  "a key with --verify-key"));
    if (result->days >= STALE_DAYS)
        ui_say(tr("warning: the database was built %llu days ago"),
               (unsigned long long)result->days);
}

static int db_pull_run(const struct args *args)
{
    struct artifact_run run;
    struct pull_result result;
    struct pl_err err;
    int r = start(&run, args, &err);
    if (r == 0)
        r = database_pull(&run.options, &result, &err);
    if (r < 0)
        return finish(&run, ui_fail(&err));
    tell_pull(&run, &result);
    return finish(&run, EXIT_DONE);
}

#define DB_OPTION                                                                                  \
    {"db", "DIR", N_("folder of the advisory database; by default plimsoll's data folder")},       \
    {                                                                                              \
        "offline", NULL, N_("never use the network: the verb is then refused")                     \
    }

static const struct option push_options[] = {
    DB_OPTION,
    {"sign-key", "FILE", N_("private Ed25519 key (PEM) that signs what is pushed")},
    REGISTRY_OPTIONS,
    {NULL, NULL, NULL},
};
static const struct option pull_options[] = {
    DB_OPTION,
    {"verify-key", "FILE",
     N_("public key (PEM) that must have signed the database; several times: one of them")},
    {"allow-older", NULL, N_("takes a database that is older than one that was here before")},
    REGISTRY_OPTIONS,
    {NULL, NULL, NULL},
};

const struct verb verb_db_push = {
    .name = "db push",
    .arguments = "REF",
    .help = N_("puts the advisory database into a registry, for other machines"),
    .details =
        N_("An OCI artifact: the packed database, deltas from those that stood under the same tag "
           "before, and a statement of all digests, which --sign-key signs. Make a key with: "
           "openssl genpkey -algorithm ed25519 -out KEY; and its public half with: openssl pkey "
           "-in KEY -pubout -out KEY.pub"),
    .options = push_options,
    .examples = {"plimsoll db push --sign-key db.key registry.example/security/plimsoll-db",
                 "plimsoll db push localhost:5000/plimsoll-db:nightly"},
    .run = db_push_run,
};

const struct verb verb_db_pull = {
    .name = "db pull",
    .arguments = "REF",
    .help = N_("fetches the advisory database from a registry, or what has changed of it"),
    .details =
        N_("Checks the signature, every digest and the whole database before it takes the place "
           "of the old one; until then the old one is used. A database that is older than what "
           "was here before is refused. Once a reference was pulled with a key, a key is needed "
           "for it every time."),
    .options = pull_options,
    .examples = {"plimsoll db pull --verify-key db.pub registry.example/security/plimsoll-db",
                 "plimsoll db pull --db /srv/plimsoll localhost:5000/plimsoll-db:nightly"},
    .run = db_pull_run,
};
