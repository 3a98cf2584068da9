#include "permission/inspector.h"

#include "base/hash.h"
#include "base/hash_set.h"
#include "base/path.h"
#include "permission/capability.h"
#include "permission/internal.h"
#include "permission/known.h"

/* Of one layer: folders that were told already, so that what a "chmod -R 777" did is one finding.
 */
struct permission_reader {
    struct hash_set open_folders;
};

void permission_add(struct inspect_sink *sink, const char *id, struct str detail)
{
    const struct finding_text *text = finding_text_find(permission_texts, str_of(id));
    struct file_finding finding = {
        .kind = FINDING_PERMISSION,
        .severity = text ? text->severity : SEVERITY_UNKNOWN,
        .id = str_of(id),
        .detail = detail,
        .seen_only = true,
    };
    inspect_add(sink, &finding);
}

static void add_mode(struct inspect_sink *sink, const char *id, const struct inspect_entry *entry)
{
    AUTO_BUF detail = {0};
    buf_printf(&detail, "%04o %u:%u", entry->mode & 07777, entry->uid, entry->gid);
    permission_add(sink, id, buf_str(&detail));
}

/* ---- programs that run with other rights ---- */

/* Accounts that packages make: /usr/bin/at is daemon's. */
static bool is_system_account(uint32_t uid)
{
    enum { FIRST_PERSON = 1000 };
    return uid < FIRST_PERSON;
}

static void look_at_setuid(const struct inspect_entry *entry, struct inspect_sink *sink)
{
    bool setuid = entry->mode & MODE_SETUID;
    bool known = is_system_account(entry->uid) &&
                 known_program_find(setuid ? KNOWN_SETUID : KNOWN_SETGID, entry->path) != NULL;
    if (entry->mode & MODE_OTHER_WRITE)
        add_mode(sink, "permission-setuid-writable", entry);
    else if (known)
        add_mode(sink, setuid ? "permission-setuid" : "permission-setgid", entry);
    else if (setuid && entry->uid == 0 &&
             (known_program_find(KNOWN_ESCAPE, entry->path) || path_is_public(entry->path)))
        add_mode(sink, "permission-setuid-escape", entry);
    else if (setuid)
        add_mode(sink, "permission-setuid-unknown", entry);
    else
        add_mode(sink, "permission-setgid-unknown", entry);
}

static void look_at_capability(const struct inspect_entry *entry, struct inspect_sink *sink)
{
    struct file_capability capability;
    AUTO_BUF text = {0};
    if (!file_capability_parse(entry->capability, &capability) ||
        (!capability.permitted && !capability.inheritable))
        return; /* the kernel does not start such a program */
    const struct known_program *known = known_program_find(KNOWN_CAPABILITY, entry->path);
    file_capability_text(&capability, &text);
    if (known && file_capability_beyond(&capability, str_of(known->what)) == 0)
        permission_add(sink, "permission-capability", buf_str(&text));
    else if (file_capability_escapes(&capability))
        permission_add(sink, "permission-capability-escape", buf_str(&text));
    else
        permission_add(sink, "permission-capability-unknown", buf_str(&text));
}

/* ---- what others may write to and read ---- */

/* Folders are told from the top down, so that the first components are enough. */
static bool stands_in_told(const struct permission_reader *reader, struct str path)
{
    enum { DEEPEST = 32 };
    unsigned depth = 0;
    if (reader->open_folders.count == 0)
        return false;
    for (size_t i = 0; i < path.len && depth < DEEPEST; i++) {
        if (path.data[i] != '/')
            continue;
        depth++;
        if (hash_set_has(&reader->open_folders, hash_str(str_first(path, i))))
            return true;
    }
    return path.len && hash_set_has(&reader->open_folders, hash_str(STR_NONE));
}

/* Groups of the system's own that its packages let write: root, and Debian's staff (Policy 9.1.2).
 */
static bool may_write(const struct inspect_entry *entry)
{
    enum { GROUP_STAFF = 50 };
    return entry->uid == 0 &&
           (!(entry->mode & MODE_GROUP_WRITE) || entry->gid == 0 || entry->gid == GROUP_STAFF);
}

/* Even the group root is too much: engines give it to a user without an entry of their own. */
static bool is_roots_alone(const struct inspect_entry *entry)
{
    return entry->uid == 0 && !(entry->mode & MODE_GROUP_WRITE);
}

static void look_at_write(const struct permission_config *config, struct permission_reader *reader,
                          const struct inspect_entry *entry, struct inspect_sink *sink)
{
    bool folder = entry->type == ENTRY_DIR;
    bool open = (entry->mode & MODE_OTHER_WRITE) && !(folder && (entry->mode & MODE_STICKY));
    bool in_path =
        path_in_search(config, entry->path, folder) && (folder || entry->mode & MODE_EXECUTE);
    bool above = folder && path_is_above_search(entry->path);
    const char *id = NULL;
    if (path_is_runtime(entry->path) && !path_is_below(entry->path, "dev/shm"))
        return;
    if (open && folder)
        id = path_is_system(entry->path) || in_path ? "permission-world-writable-folder-system"
                                                    : "permission-world-writable-folder";
    else if (open && !path_is_public(entry->path))
        id = path_is_system(entry->path) || in_path ? "permission-world-writable-system"
                                                    : "permission-world-writable";
    else if (!folder && path_is_accounts(entry->path) && !is_roots_alone(entry))
        id = "permission-accounts-writable";
    else if (above && !may_write(entry))
        id = "permission-path-writable";
    else if (in_path && (!may_write(entry) || (entry->mode & MODE_OTHER_WRITE)))
        id = "permission-path-writable";
    if (!id || stands_in_told(reader, entry->path))
        return;
    if (folder)
        hash_set_add(&reader->open_folders, hash_str(entry->path));
    add_mode(sink, id, entry);
}

static void look_at_read(const struct inspect_entry *entry, struct inspect_sink *sink)
{
    if ((entry->mode & MODE_OTHER_READ) && entry->size && path_is_secret(entry->path))
        add_mode(sink, "permission-secret-readable", entry);
}

/* ---- what leads out ---- */

static void look_at_link(const struct inspect_entry *entry, struct inspect_sink *sink)
{
    AUTO_BUF joined = {0}, scratch = {0};
    bool above = false;
    if (entry->link.len == 0)
        return;
    if (entry->link.data[0] != '/') {
        buf_add(&joined, path_dir(entry->path));
        buf_putc(&joined, '/');
    }
    buf_add(&joined, entry->link);
    struct str target = path_clean(buf_str(&joined), &scratch, &above);
    if (link_leads_out(target))
        permission_add(sink, "permission-link-host", entry->link);
    else if (above)
        permission_add(sink, "permission-link-above-root", entry->link);
}

/* Documentation/admin-guide/devices.txt of Linux: those that every engine makes. */
static bool is_usual_device(const struct inspect_entry *entry)
{
    static const struct {
        uint32_t major, minor;
    } usual[] = {{0, 0}, /* a whiteout of overlayfs */
                 {1, 3}, {1, 5}, {1, 7}, {1, 8}, {1, 9}, {5, 0}, {5, 1}, {5, 2}};
    for (size_t i = 0; entry->special == 'c' && i < ARRAY_LEN(usual); i++)
        if (usual[i].major == entry->major && usual[i].minor == entry->minor)
            return true;
    return false;
}

static void look_at_device(const struct inspect_entry *entry, struct inspect_sink *sink)
{
    enum { MAJOR_MEMORY = 1, MINOR_MEM = 1, MINOR_KMEM = 2, MINOR_PORT = 4 };
    AUTO_BUF detail = {0};
    bool memory =
        entry->special == 'c' && entry->major == MAJOR_MEMORY &&
        (entry->minor == MINOR_MEM || entry->minor == MINOR_KMEM || entry->minor == MINOR_PORT);
    if ((entry->special != 'b' && entry->special != 'c') || is_usual_device(entry))
        return;
    buf_printf(&detail, "%c %u:%u", entry->special, entry->major, entry->minor);
    permission_add(sink,
                   entry->special == 'b' || memory ? "permission-device-raw" : "permission-device",
                   buf_str(&detail));
}

/* ---- the class ---- */

static void *open_reader(const void *config)
{
    (void)config;
    return mem_zalloc(1, sizeof(struct permission_reader));
}

static void close_reader(void *pointer)
{
    struct permission_reader *reader = pointer;
    hash_set_free(&reader->open_folders);
    free(reader);
}

static void look_at_file(const struct permission_config *config, struct permission_reader *reader,
                         const struct inspect_entry *entry, struct inspect_sink *sink)
{
    if ((entry->mode & (MODE_SETUID | MODE_SETGID)) && (entry->mode & MODE_EXECUTE))
        look_at_setuid(entry, sink);
    else
        look_at_write(config, reader, entry, sink);
    if (entry->capability.len)
        look_at_capability(entry, sink);
    look_at_read(entry, sink);
}

static enum inspect_want entry(const void *config, void *reader, const struct inspect_entry *entry,
                               struct inspect_sink *sink)
{
    if (entry->type == ENTRY_FILE)
        look_at_file(config, reader, entry, sink);
    else if (entry->type == ENTRY_HARDLINK && (entry->mode & (MODE_SETUID | MODE_SETGID)) &&
             (entry->mode & MODE_EXECUTE))
        look_at_setuid(entry, sink); /* the same program under another name */
    else if (entry->type == ENTRY_DIR)
        look_at_write(config, reader, entry, sink);
    else if (entry->type == ENTRY_SYMLINK)
        look_at_link(entry, sink);
    else if (entry->special)
        look_at_device(entry, sink);
    return INSPECT_NOTHING;
}

static void describe(const void *config, struct arena *arena, struct finding *finding)
{
    (void)config;
    (void)arena;
    finding_text_apply(permission_texts, finding);
}

static void pack(const void *pointer, struct buf *buf)
{
    const struct permission_config *config = pointer;
    for (const char *const *path = config ? config->path : NULL; path && *path; path++) {
        buf_puts(buf, *path);
        buf_putc(buf, '\n');
    }
}

const struct inspector_class permission_inspector = {
    .name = "permissions",
    .kind = FINDING_PERMISSION,
    .version = 2,
    .no_members = true,
    .pack = pack,
    .open = open_reader,
    .close = close_reader,
    .entry = entry,
    .describe = describe,
};
