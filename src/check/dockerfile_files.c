/* Checks of COPY, ADD, WORKDIR and EXPOSE. */
#include "base/path.h"
#include "check/check_functions.h"
#include "check/dockerfile_checks.h"

static bool is_windows_path(struct str path)
{
    return (path.len > 1 && path.data[1] == ':') || (path.len && path.data[0] == '\\');
}

static bool is_absolute(struct str path)
{
    return path.len && (path.data[0] == '/' || path.data[0] == '$' || is_windows_path(path));
}

/* ---- WORKDIR ---- */

/* Whether a stage, or one that it is built on, has an absolute WORKDIR before this step. */
static bool has_workdir(const struct dockerfile *file, const bool *set, size_t stage)
{
    for (size_t hops = 0; stage != DOCKERFILE_NO_STAGE && hops < 64; hops++) {
        if (set[stage])
            return true;
        stage = file->stages.items[stage].parent;
    }
    return false;
}

/* Goes over the steps with what is known of WORKDIR at each: those behind an absolute one, or those
 * that have none before them. */
static void walk_workdirs(const struct check *check, const struct dockerfile *file,
                          struct check_sink *sink, bool behind_absolute,
                          bool (*is_wrong)(const struct dockerfile_step *step,
                                           struct str *ret_word))
{
    bool *set = mem_zalloc(file->stages.count + 1, sizeof(*set));
    struct dockerfile_cursor cursor = {.file = file};
    while (dockerfile_next_step(&cursor)) {
        const struct dockerfile_step *step = cursor.step;
        struct str word = STR_NONE;
        if (step->stage == DOCKERFILE_NO_STAGE)
            continue;
        if (is_wrong(step, &word) && has_workdir(file, set, step->stage) == behind_absolute)
            dockerfile_tell(sink, check, step, word);
        if (step->instruction == DOCKERFILE_WORKDIR && step->word_count && !step->onbuild)
            set[step->stage] = set[step->stage] || is_absolute(step->words[0].text);
    }
    free(set);
}

static bool is_relative_workdir(const struct dockerfile_step *step, struct str *ret_word)
{
    if (step->instruction != DOCKERFILE_WORKDIR || step->word_count == 0)
        return false;
    *ret_word = step->words[0].text;
    return ret_word->len && !is_absolute(*ret_word);
}

void check_dockerfile_workdir_relative(const struct check *check, const struct dockerfile *file,
                                       struct check_sink *sink)
{
    walk_workdirs(check, file, sink, false, is_relative_workdir);
}

void check_dockerfile_workdir_relative_behind(const struct check *check,
                                              const struct dockerfile *file,
                                              struct check_sink *sink)
{
    walk_workdirs(check, file, sink, true, is_relative_workdir);
}

static bool is_relative_copy(const struct dockerfile_step *step, struct str *ret_word)
{
    if (step->instruction != DOCKERFILE_COPY || step->word_count < 2 || step->onbuild)
        return false;
    *ret_word = step->words[step->word_count - 1].text;
    return ret_word->len && !is_absolute(*ret_word);
}

void check_dockerfile_copy_relative(const struct check *check, const struct dockerfile *file,
                                    struct check_sink *sink)
{
    walk_workdirs(check, file, sink, false, is_relative_copy);
}

/* ---- sources ---- */

/* The next source of COPY or ADD out of the build's context. */
struct source_cursor {
    struct dockerfile_cursor steps;
    enum dockerfile_instruction instruction;
    size_t next;
    struct str source;
};

static bool next_source(struct source_cursor *cursor)
{
    while (true) {
        const struct dockerfile_step *step = cursor->steps.step;
        if (step && step->instruction == cursor->instruction &&
            cursor->next + 1 < step->word_count) {
            cursor->source = step->words[cursor->next++].text;
            return true;
        }
        if (!dockerfile_next_step(&cursor->steps))
            return false;
        cursor->next = 0;
        /* Files of other images and stages are no files of the context. */
        if (dockerfile_flag(cursor->steps.step, "from"))
            cursor->next = SIZE_MAX - 1;
    }
}

static bool is_url(struct str source)
{
    return str_starts(source, STR("http://")) || str_starts(source, STR("https://"));
}

static bool is_git(struct str source)
{
    struct str address = str_first(source, str_index(source, '#'));
    return str_starts(source, STR("git@")) || str_starts(source, STR("git://")) ||
           str_starts(source, STR("ssh://")) || str_ends(address, STR(".git"));
}

static bool is_archive(struct str source)
{
    static const char *const endings[] = {
        ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz", ".tbz2",  ".tar.xz",   ".txz", ".tar.zst",
        ".gz",  ".bz2",    ".xz",  ".tar.lz",  ".tlz", ".tar.Z", ".tar.lzma", ".tb2"};
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
        if (str_ends(source, str_of(endings[i])))
            return true;
    return false;
}

void check_dockerfile_add_file(const struct check *check, const struct dockerfile *file,
                               struct check_sink *sink)
{
    struct source_cursor cursor = {.steps.file = file, .instruction = DOCKERFILE_ADD};
    const struct dockerfile_step *told = NULL;
    while (next_source(&cursor)) {
        struct str source = cursor.source;
        bool unclear = str_index(source, '$') != SIZE_MAX || str_ends(source, STR("*")) ||
                       str_starts(source, STR("<<"));
        if (unclear || is_url(source) || is_git(source) || is_archive(source) ||
            cursor.steps.step == told)
            continue;
        told = cursor.steps.step;
        dockerfile_tell(sink, check, told, source);
    }
}

void check_dockerfile_add_url(const struct check *check, const struct dockerfile *file,
                              struct check_sink *sink)
{
    struct source_cursor cursor = {.steps.file = file, .instruction = DOCKERFILE_ADD};
    while (next_source(&cursor))
        if (is_url(cursor.source) && !is_git(cursor.source) &&
            !dockerfile_flag(cursor.steps.step, "checksum"))
            dockerfile_tell(sink, check, cursor.steps.step, cursor.source);
}

/* A repository at a branch, or at nothing: other files at each build. */
void check_dockerfile_add_git(const struct check *check, const struct dockerfile *file,
                              struct check_sink *sink)
{
    struct source_cursor cursor = {.steps.file = file, .instruction = DOCKERFILE_ADD};
    while (next_source(&cursor)) {
        size_t hash = str_index(cursor.source, '#');
        struct str reference = hash == SIZE_MAX ? STR_NONE : str_from(cursor.source, hash + 1);
        if (is_git(cursor.source) && str_first(reference, str_index(reference, ':')).len == 0)
            dockerfile_tell(sink, check, cursor.steps.step, cursor.source);
    }
}

void check_dockerfile_copy_all(const struct check *check, const struct dockerfile *file,
                               struct check_sink *sink)
{
    struct source_cursor cursor = {.steps.file = file, .instruction = DOCKERFILE_COPY};
    cursor.steps.final_only = true;
    while (next_source(&cursor))
        if (str_is(cursor.source, ".") || str_is(cursor.source, "./") || str_is(cursor.source, "/"))
            dockerfile_tell(sink, check, cursor.steps.step, cursor.source);
}

/* Names of files that hold secrets; of folders that do. */
static bool is_secret_file(struct str source)
{
    static const char *const names[] = {".env",
                                        ".env.local",
                                        ".env.prod*",
                                        ".env.staging*",
                                        ".npmrc",
                                        ".netrc",
                                        "_netrc",
                                        ".pypirc",
                                        ".git-credentials",
                                        ".pgpass",
                                        ".my.cnf",
                                        "id_rsa",
                                        "id_dsa",
                                        "id_ecdsa",
                                        "id_ed25519",
                                        "*.pfx",
                                        "*.p12",
                                        "*.jks",
                                        "*.keystore",
                                        "*.kdbx",
                                        ".dockercfg",
                                        ".htpasswd",
                                        "kubeconfig",
                                        "*.ppk",
                                        "credentials.json",
                                        ".aws",
                                        ".ssh",
                                        ".kube",
                                        ".gnupg",
                                        ".azure",
                                        "*-key.pem",
                                        "*_key.pem",
                                        "private*.pem",
                                        "privkey*.pem",
                                        "*.key",
                                        "secrets.y*ml",
                                        "*.tfstate",
                                        "terraform.tfvars",
                                        ".vault-token",
                                        "service-account*.json"};
    static const char *const paths[] = {"*.docker/config.json", "*.aws/credentials",
                                        "*gcloud/*credentials*.json", "*.kube/config"};
    while (source.len > 1 && str_ends(source, STR("/")))
        source.len--;
    struct str name = path_base(source);
    if (str_ends(name, STR(".pub.key")) || str_find(name, STR("public")) != SIZE_MAX)
        return false;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (check_glob(str_of(names[i]), name))
            return true;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        if (check_glob(str_of(paths[i]), source))
            return true;
    return false;
}

void check_dockerfile_copy_secret(const struct check *check, const struct dockerfile *file,
                                  struct check_sink *sink)
{
    static const enum dockerfile_instruction both[] = {DOCKERFILE_COPY, DOCKERFILE_ADD};
    for (size_t i = 0; i < 2; i++) {
        struct source_cursor cursor = {.steps.file = file, .instruction = both[i]};
        while (next_source(&cursor))
            if (!is_url(cursor.source) && is_secret_file(cursor.source))
                dockerfile_tell(sink, check, cursor.steps.step, cursor.source);
    }
}

/* ---- destinations ---- */

void check_dockerfile_copy_root(const struct check *check, const struct dockerfile *file,
                                struct check_sink *sink)
{
    struct dockerfile_cursor cursor = {.file = file};
    while (dockerfile_next_step(&cursor)) {
        const struct dockerfile_step *step = cursor.step;
        const struct dockerfile_pair *from = dockerfile_flag(step, "from");
        if (step->instruction == DOCKERFILE_COPY && from && step->word_count == 2 &&
            str_is(step->words[0].text, "/") && str_is(step->words[1].text, "/"))
            dockerfile_tell(sink, check, step, from->value.text);
    }
}

void check_dockerfile_copy_no_slash(const struct check *check, const struct dockerfile *file,
                                    struct check_sink *sink)
{
    struct dockerfile_cursor cursor = {.file = file};
    while (dockerfile_next_step(&cursor)) {
        const struct dockerfile_step *step = cursor.step;
        if ((step->instruction != DOCKERFILE_COPY && step->instruction != DOCKERFILE_ADD) ||
            step->word_count < 3)
            continue;
        const struct dockerfile_word *last = &step->words[step->word_count - 1];
        bool good = str_ends(last->text, STR("/")) || str_ends(last->text, STR("\\")) ||
                    str_is(last->text, ".") || str_ends(last->text, STR("/.")) || !last->known;
        if (!good)
            dockerfile_tell(sink, check, step, last->text);
    }
}

/* ---- what a later instruction undoes ---- */

#define MOST_COPIES 500 /* that are remembered */

struct copies {
    VEC(struct str) paths;
    size_t stage;
    struct arena arena;
};

static void remember(struct copies *copies, const struct dockerfile_step *step)
{
    struct str destination = step->words[step->word_count - 1].text;
    for (size_t i = 0; i + 1 < step->word_count && copies->paths.count < MOST_COPIES; i++) {
        struct str name = path_base(step->words[i].text);
        bool into = str_ends(destination, STR("/"));
        if (!is_absolute(destination) || (into && (name.len == 0 || str_is(name, "."))))
            continue;
        *VEC_ADD(&copies->paths) =
            into ? arena_printf(&copies->arena, "%.*s%.*s", STR_ARG(destination), STR_ARG(name))
                 : destination;
    }
}

static bool is_remembered(const struct copies *copies, struct str path)
{
    for (size_t i = 0; i < copies->paths.count; i++)
        if (str_equal(copies->paths.items[i], path))
            return true;
    return false;
}

/* COPY in one layer, rm in another: the file is still in the image. */
void check_dockerfile_copy_removed(const struct check *check, const struct dockerfile *file,
                                   struct check_sink *sink)
{
    struct copies copies = {.stage = DOCKERFILE_NO_STAGE};
    struct dockerfile_cursor cursor = {.file = file, .final_only = true};
    while (dockerfile_next_step(&cursor)) {
        const struct dockerfile_step *step = cursor.step;
        if ((step->instruction == DOCKERFILE_COPY || step->instruction == DOCKERFILE_ADD) &&
            step->word_count > 1)
            remember(&copies, step);
        for (size_t i = 0;
             step->instruction == DOCKERFILE_RUN && step->shell && i < step->shell->commands.count;
             i++) {
            const struct shell_command *command = &step->shell->commands.items[i];
            size_t at = 0;
            struct shell_word word;
            if (!str_is(shell_program(command), "rm"))
                continue;
            while (shell_next_operand(command, &at, &word))
                if (word.literal && is_remembered(&copies, word.text))
                    check_add(sink, check, dockerfile_command_place(step, command), NULL,
                              word.text);
        }
    }
    VEC_FREE(&copies.paths);
    arena_free(&copies.arena);
}

/* What a COPY calls the archive in the image; empty: it copies none. */
static struct str archive_name(const struct dockerfile_step *step, struct str source)
{
    struct str destination = path_base(step->words[step->word_count - 1].text);
    struct str name = is_archive(destination) ? destination : path_base(source);
    return is_archive(name) && check_glob(STR("*.t*"), name) ? name : STR_NONE;
}

/* The archive's name among the words of "tar x" and its kin. */
static bool is_unpacked(const struct shell_command *command, struct str name)
{
    bool is_tar = str_is(shell_program(command), "tar") && command->word_count > 1;
    bool extracts =
        is_tar &&
        (shell_has_option(command, "-x") || shell_has_option(command, "--extract") ||
         (command->words[1].text.len && command->words[1].text.data[0] != '-' &&
          str_index(command->words[1].text, 'x') != SIZE_MAX && command->words[1].text.len < 8));
    extracts = extracts || check_glob_any(NAMES("unzip", "gunzip", "bunzip2", "unlzma", "unxz",
                                                "uncompress", "zcat", "bsdtar"),
                                          shell_program(command));
    for (size_t i = 1; extracts && i < command->word_count; i++)
        if (str_equal(path_base(command->words[i].text), name))
            return true;
    return false;
}

void check_dockerfile_copy_archive(const struct check *check, const struct dockerfile *file,
                                   struct check_sink *sink)
{
    struct source_cursor cursor = {.steps.file = file, .instruction = DOCKERFILE_COPY};
    size_t budget = MOST_COPIES;
    while (next_source(&cursor)) {
        struct dockerfile_cursor later = {.file = file, .next = cursor.steps.next};
        struct str name = archive_name(cursor.steps.step, cursor.source);
        bool found = false;
        if (name.len == 0 || !budget)
            continue;
        budget--;
        while (!found && dockerfile_next_command(&later) &&
               later.step->stage == cursor.steps.step->stage)
            found = is_unpacked(later.command, name);
        if (found)
            dockerfile_tell(sink, check, cursor.steps.step, cursor.source);
    }
}

/* ---- EXPOSE ---- */

static bool is_port(struct str text)
{
    uint64_t number;
    return str_to_u64(text, &number) && number <= 65535;
}

/* PORT[-PORT][/PROTOCOL] */
static bool is_port_range(struct str text)
{
    text = str_first(text, str_index(text, '/'));
    size_t dash = str_index(text, '-');
    return is_port(str_first(text, dash)) &&
           (dash == SIZE_MAX || is_port(str_from(text, dash + 1)));
}

static bool is_protocol(struct str text)
{
    size_t slash = str_index(text, '/');
    struct str protocol = slash == SIZE_MAX ? STR("tcp") : str_from(text, slash + 1);
    return check_glob_any(NAMES("tcp", "udp", "sctp", "TCP", "UDP", "SCTP"), protocol);
}

static void look_at_ports(const struct check *check, const struct dockerfile *file,
                          struct check_sink *sink, bool mapped)
{
    struct dockerfile_cursor cursor = {.file = file};
    while (dockerfile_next_step(&cursor))
        for (size_t i = 0;
             cursor.step->instruction == DOCKERFILE_EXPOSE && i < cursor.step->word_count; i++) {
            const struct dockerfile_word *word = &cursor.step->words[i];
            bool has_colon = str_index(word->text, ':') != SIZE_MAX;
            if (!word->known || has_colon != mapped || word->text.len == 0)
                continue;
            if (mapped || !is_port_range(word->text) || !is_protocol(word->text))
                dockerfile_tell(sink, check, cursor.step, word->text);
        }
}

void check_dockerfile_expose_invalid(const struct check *check, const struct dockerfile *file,
                                     struct check_sink *sink)
{
    look_at_ports(check, file, sink, false);
}

void check_dockerfile_expose_mapped(const struct check *check, const struct dockerfile *file,
                                    struct check_sink *sink)
{
    look_at_ports(check, file, sink, true);
}
