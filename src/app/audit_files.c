#include "app/audit_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/check_report.h"
#include "base/hash.h"
#include "base/hash_set.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/path.h"
#include "check/hadolint.h"
#include "check/kustomization.h"
#include "io/utf16.h"
#include "io/whole_file.h"

struct audit {
    const struct audit_options *options;
    struct report *report;
    size_t files;                           /* that were looked at */
    const struct hadolint_config *hadolint; /* of the folder, or of one above it; NULL */
    struct hash_set patches;                /* paths that a kustomization names as such */
    uint64_t beside;                        /* bytes of files that others name or belong to */
    bool full;                              /* LIMIT_CHECK_FILES */
};

enum { AUDIT_HEAD = 4096 }; /* bytes by which a file is known */

/* ---- one file ---- */

/* The text in UTF-8, without a mark that says so: a view of it, or what `decoded` was given. */
static struct str in_utf8(struct str text, struct buf *decoded)
{
    if (str_starts(text, STR("\xef\xbb\xbf")))
        return str_from(text, 3);
    if (!utf16_is(text))
        return text;
    utf16_decode(text, decoded);
    return buf_str(decoded);
}

struct head {
    char bytes[AUDIT_HEAD];
    struct buf decoded;
};

/* The first bytes of a file; empty when they cannot be read. */
static struct str read_head(int folder, const char *name, int flags, struct head *head)
{
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags);
    ssize_t count = fd >= 0 ? read(fd, head->bytes, sizeof(head->bytes)) : -1;
    if (fd >= 0)
        close(fd);
    return in_utf8(str_make(head->bytes, count > 0 ? (size_t)count : 0), &head->decoded);
}

/* Files beside one that is looked at. */
struct beside {
    struct check_beside check;
    struct str folder; /* with a slash behind; empty: the working folder */
    struct audit *audit;
    struct str path; /* of the file that they are beside */
};

/* One file can be named by many: what is read for others has a bound of its own. */
static bool may_read(struct audit *audit, uint64_t size, struct str path)
{
    struct pl_err problem;
    bool was_full = audit->beside > LIMIT_CHECK_BESIDE_BYTES;
    audit->beside += size;
    if (audit->beside <= LIMIT_CHECK_BESIDE_BYTES)
        return true;
    audit->beside = LIMIT_CHECK_BESIDE_BYTES + 1;
    if (was_full)
        return false;
    err_limit(&problem, LIMIT_NAME(LIMIT_CHECK_BESIDE_BYTES),
              "files that others name have more than %llu bytes: from here on they are not read",
              LIMIT_CHECK_BESIDE_BYTES);
    report_tell(audit->report, true, path, &problem);
    return false;
}

static bool read_beside(const struct check_beside *check, struct str name, struct buf *ret_text)
{
    const struct beside *beside = (const struct beside *)check;
    AUTO_BUF place = {0};
    struct stat status;
    struct pl_err ignored; /* what is not there is no fault of the file that names it */
    if (name.len == 0 || str_starts(name, STR("/")) || memchr(name.data, '\0', name.len))
        return false;
    buf_add(&place, beside->folder);
    buf_add(&place, name);
    buf_putc(&place, '\0');
    return stat(place.data, &status) == 0 && S_ISREG(status.st_mode) &&
           may_read(beside->audit, (uint64_t)status.st_size, beside->path) &&
           whole_file_read(place.data, LIMIT_CHECK_FILE, LIMIT_NAME(LIMIT_CHECK_FILE), ret_text,
                           &ignored) == 0;
}

static int compare_names(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

static size_t list_beside(const struct check_beside *check, struct str folder, struct arena *arena,
                          const struct str **ret_names)
{
    const struct beside *beside = (const struct beside *)check;
    AUTO_BUF place = {0};
    struct str *names = ARENA_ARRAY(arena, struct str, LIMIT_CHECK_BESIDE);
    size_t count = 0;
    buf_add(&place, beside->folder);
    buf_add(&place, folder);
    buf_putc(&place, '\0');
    DIR *dir = opendir(place.data);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        if (count == LIMIT_CHECK_BESIDE) {
            count = 0;
            break;
        }
        names[count++] = arena_str(arena, str_of(entry->d_name));
    }
    if (dir)
        closedir(dir);
    if (count)
        qsort(names, count, sizeof(names[0]), compare_names);
    *ret_names = names;
    return count;
}

static void look_at_text(struct audit *audit, enum check_subject subject, struct str text,
                         const char *place, struct str path)
{
    struct check_findings findings = {0};
    struct pl_err problem;
    audit->files++;
    if (text.len && memchr(text.data, '\0', text.len)) {
        err_set(&problem, PL_E_FORMAT, "there are NUL bytes in it, so it is no text");
        report_tell(audit->report, true, path, &problem);
        return;
    }
    struct check_choice choice = audit->options->checks;
    size_t slash = str_last_index(str_of(place), '/');
    struct beside beside = {{read_beside, list_beside},
                            slash == SIZE_MAX ? STR_NONE : str_first(str_of(place), slash + 1),
                            audit,
                            path};
    choice.beside = &beside.check;
    choice.partial = hash_set_has(&audit->patches, hash_str(path));
    if (subject == CHECK_DOCKERFILE)
        choice.hadolint = audit->hadolint;
    int r = check_text(subject, text, path, &audit->report->arena, &choice, &findings, &problem);
    if (r < 0) /* a template is passed over: what it becomes can be looked at */
        report_tell(audit->report, r != -PL_E_UNSUPPORTED, path, &problem);
    check_report(audit->report, &findings, path, LAYER_NONE);
    check_findings_free(&findings);
}

/* `place`: where it is; `path`: what the report calls it. Without a subject its text tells it. */
static void look_at_file(struct audit *audit, enum check_subject subject, const char *place,
                         struct str path)
{
    AUTO_BUF bytes = {0}, decoded = {0};
    struct pl_err problem;
    if (audit->files >= LIMIT_CHECK_FILES) {
        if (!audit->full) {
            err_limit(&problem, LIMIT_NAME(LIMIT_CHECK_FILES),
                      "more than %llu files: the rest was not looked at", LIMIT_CHECK_FILES);
            report_tell(audit->report, true, path, &problem);
        }
        audit->full = true;
        return;
    }
    if (whole_file_read(place, LIMIT_CHECK_FILE, LIMIT_NAME(LIMIT_CHECK_FILE), &bytes, &problem) <
        0) {
        report_tell(audit->report, true, path, &problem);
        audit->files++;
        return;
    }
    struct str text = in_utf8(buf_str(&bytes), &decoded);
    if (subject == CHECK_SUBJECT_COUNT)
        subject = check_subject_by_text(str_first(text, AUDIT_HEAD));
    if (subject == CHECK_SUBJECT_COUNT)
        subject = CHECK_DOCKERFILE;
    look_at_text(audit, subject, text, place, path);
}

/* Hadolint's settings in the folder (`place` and `path`, with a slash behind each or empty) are
 * those of all below it. */
static void take_settings(struct audit *audit, struct str place, struct str path)
{
    static const char *const names[] = {".hadolint.yaml", ".hadolint.yml"};
    struct arena *arena = &audit->report->arena;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        AUTO_BUF bytes = {0};
        struct pl_err problem;
        struct str full = arena_printf(arena, "%.*s%s", STR_ARG(place), names[i]);
        if (access(full.data, F_OK) != 0)
            continue;
        struct hadolint_config *config = ARENA_NEW(arena, struct hadolint_config);
        struct str name = arena_printf(arena, "%.*s%s", STR_ARG(path), names[i]);
        int r = whole_file_read(full.data, LIMIT_CHECK_FILE, LIMIT_NAME(LIMIT_CHECK_FILE), &bytes,
                                &problem);
        if (r == 0)
            r = hadolint_config_read(arena_str(arena, buf_str(&bytes)), name, arena, config,
                                     &problem);
        if (r < 0)
            report_tell(audit->report, true, name, &problem);
        audit->hadolint = config;
        return;
    }
}

/* Without "./" in front and slashes behind. */
static struct str tidy(struct str path)
{
    while (str_starts(path, STR("./"))) {
        path = str_from(path, 2);
        while (str_starts(path, STR("/")))
            path = str_from(path, 1);
    }
    while (path.len > 1 && str_ends(path, STR("/")))
        path.len--;
    return str_is(path, ".") ? STR_NONE : path;
}

/* ---- kustomizations ---- */

struct patches {
    struct audit *audit;
    struct str folder; /* of the kustomization, with a slash behind or empty */
};

static void take_patch(void *context, struct str path)
{
    const struct patches *patches = context;
    AUTO_BUF full = {0};
    buf_add(&full, patches->folder);
    buf_add(&full, tidy(path));
    hash_set_add(&patches->audit->patches, hash_str(buf_str(&full)));
}

/* What a kustomization makes of the files is not known here; its patches are parts. */
static void take_kustomization(struct audit *audit, struct str place, struct str path)
{
    static const char *const names[] = {"kustomization.yaml", "kustomization.yml", "Kustomization"};
    struct patches patches = {audit, path};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        AUTO_BUF bytes = {0}, full = {0};
        struct pl_err problem;
        buf_printf(&full, "%.*s%s", STR_ARG(place), names[i]);
        buf_putc(&full, '\0');
        if (access(full.data, F_OK) != 0 ||
            whole_file_read(full.data, LIMIT_CHECK_FILE, LIMIT_NAME(LIMIT_CHECK_FILE), &bytes,
                            &problem) < 0 ||
            !kustomization_patches(buf_str(&bytes), take_patch, &patches))
            continue;
        err_set(&problem, PL_E_UNSUPPORTED,
                "a kustomization is not built: look at what kustomize build prints, too");
        report_tell(audit->report, false,
                    arena_printf(&audit->report->arena, "%.*s%s", STR_ARG(path), names[i]),
                    &problem);
    }
}

/* Values of a chart stand beside its Chart.yaml. `folder`: of the file. */
static bool is_values(int folder, struct str path)
{
    return check_is_values_name(path) && faccessat(folder, "Chart.yaml", F_OK, 0) == 0;
}

/* ---- folders ---- */

/* What other programs keep there: no one's Dockerfiles. */
static bool is_passed_over(const char *name)
{
    static const char *const names[] = {".git", ".hg", ".svn", "node_modules", ".terraform"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void walk(struct audit *audit, int fd, struct str place, struct str path, unsigned depth);

static void enter(struct audit *audit, int folder, const char *name, struct str place,
                  struct str path, unsigned depth)
{
    struct stat status;
    struct head head = {0};
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return;
    if (S_ISDIR(status.st_mode)) {
        int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (fd >= 0 || errno != ENOENT)
            walk(audit, fd, place, path, depth);
        return;
    }
    if (!S_ISREG(status.st_mode))
        return;
    /* By its name first: only what could be one of ours is opened. */
    if (check_subject_of(path, STR_NONE) == CHECK_SUBJECT_COUNT && !check_subject_needs_head(path))
        return;
    enum check_subject subject = check_subject_of(path, read_head(folder, name, O_NOFOLLOW, &head));
    buf_free(&head.decoded);
    if (subject == CHECK_SUBJECT_COUNT && is_values(folder, path))
        subject = CHECK_HELM;
    if (subject != CHECK_SUBJECT_COUNT)
        look_at_file(audit, subject, place.data, path);
}

static void walk_sorted(struct audit *audit, DIR *dir, struct str place, struct str path,
                        unsigned depth)
{
    VEC(char *) names = {0};
    struct arena scratch = {0};
    for (struct dirent *entry; (entry = readdir(dir));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            !is_passed_over(entry->d_name))
            *VEC_ADD(&names) = str_dup(str_of(entry->d_name));
    if (names.count)
        qsort(names.items, names.count, sizeof(names.items[0]), by_name);
    const struct hadolint_config *above = audit->hadolint;
    struct str place_slash = arena_printf(&scratch, "%.*s/", STR_ARG(place));
    struct str path_slash = path.len ? arena_printf(&scratch, "%.*s/", STR_ARG(path)) : STR_NONE;
    take_settings(audit, place_slash, path_slash);
    take_kustomization(audit, place_slash, path_slash);
    for (size_t i = 0; i < names.count; i++) {
        struct str name = str_of(names.items[i]);
        struct str inner_path =
            path.len ? arena_printf(&scratch, "%.*s/%.*s", STR_ARG(path), STR_ARG(name))
                     : arena_str(&scratch, name);
        enter(audit, dirfd(dir), names.items[i],
              arena_printf(&scratch, "%.*s/%.*s", STR_ARG(place), STR_ARG(name)), inner_path,
              depth + 1);
        free(names.items[i]);
    }
    audit->hadolint = above;
    arena_free(&scratch);
    VEC_FREE(&names);
}

/* Takes the file descriptor; -1: the folder cannot be opened. */
static void walk(struct audit *audit, int fd, struct str place, struct str path, unsigned depth)
{
    struct pl_err problem;
    if (depth > LIMIT_CHECK_FOLDERS) {
        err_limit(&problem, LIMIT_NAME(LIMIT_CHECK_FOLDERS), "folders nest deeper than %llu",
                  LIMIT_CHECK_FOLDERS);
        report_tell(audit->report, true, path, &problem);
        if (fd >= 0)
            close(fd);
        return;
    }
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (!dir) {
        err_errno(&problem, errno, "the folder cannot be read");
        report_tell(audit->report, true, path, &problem);
        if (fd >= 0)
            close(fd);
        return;
    }
    walk_sorted(audit, dir, place, path, depth);
    closedir(dir);
}

/* ---- what was named ---- */

/* Settings of the working folder count for what is below it, as Hadolint has them. */
static bool is_below_here(struct str path)
{
    struct str part;
    if (str_starts(path, STR("/")))
        return false;
    while (str_cut(&path, '/', &part))
        if (str_is(part, ".."))
            return false;
    return true;
}

static void take_named_settings(struct audit *audit, struct str place, bool is_folder)
{
    audit->hadolint = NULL;
    if (is_below_here(place))
        take_settings(audit, STR_NONE, STR_NONE);
    size_t slash = is_folder ? SIZE_MAX : str_last_index(place, '/');
    if (slash != SIZE_MAX)
        take_settings(audit, str_first(place, slash + 1), tidy(str_first(place, slash + 1)));
}

static void look_at_input(struct audit *audit)
{
    look_at_file(audit, CHECK_SUBJECT_COUNT, "-", STR("Dockerfile"));
}

static bool is_values_named(const char *place)
{
    AUTO_FREE char *folder = str_dup(path_dir(str_of(place)));
    int fd = open(*folder ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool found = fd >= 0 && is_values(fd, str_of(place));
    if (fd >= 0)
        close(fd);
    return found;
}

static void look_at_named(struct audit *audit, const char *place)
{
    struct head head = {0};
    struct pl_err problem;
    struct str path = tidy(str_of(place));
    struct str first = read_head(AT_FDCWD, place, 0, &head);
    enum check_subject subject = check_subject_of(path, first);
    if (subject == CHECK_SUBJECT_COUNT)
        subject = is_values_named(place) ? CHECK_HELM : check_subject_by_text(first);
    buf_free(&head.decoded);
    if (subject == CHECK_SUBJECT_COUNT) {
        err_set(&problem, PL_E_UNSUPPORTED, "this is no kind of file that there are checks for");
        report_tell(audit->report, true, path, &problem);
        audit->files++;
        return;
    }
    look_at_file(audit, subject, place, path);
}

static int look_at_path(struct audit *audit, const char *place, bool alone, struct pl_err *err)
{
    struct stat status;
    if (strcmp(place, "-") == 0) {
        take_named_settings(audit, STR_NONE, true);
        look_at_input(audit);
        return 0;
    }
    if (stat(place, &status) != 0)
        return err_errno(err, errno, "%s", place);
    take_named_settings(audit, str_of(place), S_ISDIR(status.st_mode));
    if (!S_ISDIR(status.st_mode)) {
        look_at_named(audit, place);
        return 0;
    }
    int fd = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(err, errno, "%s", place);
    walk(audit, fd, str_of(place), alone ? STR_NONE : tidy(str_of(place)), 0);
    return 0;
}

/* The folder's own name, of a file that of its folder. */
static struct str root_of(struct arena *arena, const char *place)
{
    AUTO_FREE char *whole = realpath(place, NULL);
    struct stat status;
    if (!whole)
        return STR_NONE;
    bool is_folder = stat(whole, &status) == 0 && S_ISDIR(status.st_mode);
    struct str path = is_folder ? str_of(whole) : path_dir(str_of(whole));
    return arena_str(arena, path_base(path));
}

static void name_target(struct report *report, const char *const *paths, size_t count)
{
    AUTO_BUF name = {0};
    for (size_t i = 0; i < count && name.len < LIMIT_CHECK_EVIDENCE; i++) {
        if (i)
            buf_putc(&name, ' ');
        buf_puts(&name, paths[i]);
    }
    report->target.kind = "dir";
    report->target.name = arena_str(&report->arena, buf_str(&name));
    report->target.root = root_of(&report->arena, count == 1 ? paths[0] : ".");
}

int audit_files(const char *const *paths, size_t count, const struct audit_options *options,
                struct report *report, struct pl_err *err)
{
    struct audit audit = {.options = options, .report = report};
    struct pl_err problem;
    report->complete = report->catalog.complete = true;
    name_target(report, paths, count);
    for (size_t i = 0; i < count; i++) {
        int r = look_at_path(&audit, paths[i], count == 1, err);
        if (r < 0) {
            hash_set_free(&audit.patches);
            return r;
        }
    }
    hash_set_free(&audit.patches);
    if (audit.files == 0) {
        err_set(&problem, PL_E_NOT_FOUND, "no file was found that there are checks for");
        report_tell(report, false, STR_NONE, &problem);
    }
    report_sort(report);
    return 0;
}
