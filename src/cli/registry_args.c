#include "cli/registry_args.h"

#include "base/i18n.h"
#include "base/limits.h"
#include "cli/ui.h"
#include "io/whole_file.h"

static void tell_waiting(void *context, struct str host, uint64_t seconds)
{
    (void)context;
    ui_say(tr("%.*s limits how often it may be asked: waiting %llu seconds"), STR_ARG(host),
           (unsigned long long)seconds);
}

/* Without a scheme and a '/' at the end, as people paste addresses. */
static struct str host_text(struct str text)
{
    size_t scheme = str_find(text, STR("://"));
    if (scheme != SIZE_MAX)
        text = str_from(text, scheme + 3);
    while (text.len && text.data[text.len - 1] == '/')
        text.len--;
    return text;
}

struct gathered {
    VEC(struct str) insecure;
    VEC(struct registry_mirror) mirrors;
};

static int add_mirror(struct gathered *all, struct str from, struct str to, struct pl_err *err)
{
    from = host_text(from);
    to = host_text(to);
    if (from.len == 0 || to.len == 0)
        return err_set(err, PL_E_USAGE,
                       "--mirror takes REGISTRY=MIRROR, such as docker.io=mirror.example/hub");
    *VEC_ADD(&all->mirrors) = (struct registry_mirror){from, to};
    return 0;
}

static int gather(const struct args *args, struct gathered *all, struct pl_err *err)
{
    int r = 0;
    for (size_t i = 0; i < args->values.count && r == 0; i++) {
        const struct option_value *value = &args->values.items[i];
        struct str text = str_of(value->value);
        size_t equals = str_index(text, '=');
        if (strcmp(value->option->name, "insecure") == 0)
            *VEC_ADD(&all->insecure) = host_text(text);
        else if (strcmp(value->option->name, "mirror") == 0)
            r = add_mirror(all, str_first(text, equals),
                           equals == SIZE_MAX ? STR_NONE : str_from(text, equals + 1), err);
    }
    /* The config's mirrors: those of feeds have addresses with a scheme on the left. */
    for (size_t i = 0; i < args->mirrors.count && r == 0; i++) {
        struct str value = str_of(args->mirrors.items[i].value), key;
        if (str_cut(&value, '\t', &key) && str_find(key, STR("://")) == SIZE_MAX)
            r = add_mirror(all, key, value, err);
    }
    return r;
}

static int read_password(const struct args *args, struct arena *arena,
                         struct registry_options *options, struct pl_err *err)
{
    const char *path = args_get(args, "registry-password-file");
    AUTO_BUF text = {0};
    options->user = str_of(args_get(args, "registry-user"));
    if (!path != !options->user.len)
        return err_set(err, PL_E_USAGE,
                       "--registry-user and --registry-password-file belong together");
    if (!path)
        return 0;
    int r = whole_file_read(path, LIMIT_FILE_SMALL, LIMIT_NAME(LIMIT_FILE_SMALL), &text, err);
    if (r < 0)
        return err_prefix(err, "--%s", "registry-password-file");
    struct str password = buf_str(&text);
    while (password.len &&
           (password.data[password.len - 1] == '\n' || password.data[password.len - 1] == '\r'))
        password.len--;
    if (password.len == 0)
        return err_set(err, PL_E_USAGE, "--registry-password-file: %s is empty", path);
    options->password = arena_str(arena, password);
    return 0;
}

int registry_args_parse(const struct args *args, struct arena *arena,
                        struct registry_options *ret_options, struct pl_err *err)
{
    struct gathered all = {0};
    *ret_options = (struct registry_options){
        .transport = {.ca_file = args_get(args, "ca-file"), .cert_dir = args_get(args, "cert-dir")},
        .waiting = tell_waiting,
    };
    int r = gather(args, &all, err);
    if (r == 0)
        r = read_password(args, arena, ret_options, err);
    if (r == 0) {
        struct str *insecure = ARENA_ARRAY(arena, struct str, all.insecure.count + 1);
        struct registry_mirror *mirrors =
            ARENA_ARRAY(arena, struct registry_mirror, all.mirrors.count + 1);
        for (size_t i = 0; i < all.insecure.count; i++)
            insecure[i] = all.insecure.items[i];
        for (size_t i = 0; i < all.mirrors.count; i++)
            mirrors[i] = all.mirrors.items[i];
        ret_options->transport.insecure = insecure;
        ret_options->transport.insecure_count = all.insecure.count;
        ret_options->mirrors = mirrors;
        ret_options->mirror_count = all.mirrors.count;
    }
    VEC_FREE(&all.insecure);
    VEC_FREE(&all.mirrors);
    return r;
}
