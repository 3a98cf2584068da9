/* YAML: what is read as a whole is cut into the same number of entries. */
#include <stdint.h>
#include <stdlib.h>

#include "io/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int count(void *context, const struct str *keys, const json_t *value, size_t line,
                 struct pl_err *err)
{
    (void)err;
    if ((!keys[1].data && keys[1].len) || !value || !line)
        abort();
    ++*(size_t *)context;
    return 0;
}

static int take(void *context, const json_t *root, struct pl_err *err)
{
    char *text = json_dumps(root, JSON_ENCODE_ANY);
    (void)err;
    if (!text)
        abort();
    free(text);
    ++*(size_t *)context;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const path[] = {"packages", YAML_ANY_KEY, NULL};
    size_t entries = 0, documents = 0;
    struct pl_err err = {0};
    struct str text = str_make((const char *)data, size);
    struct yaml_cutter cutter = {.text = text, .path = path, .entry = count, .context = &entries};
    int cut = yaml_cut(&cutter, &err);
    if (cut < 0 && !err.message[0])
        abort();
    int whole = yaml_each_document(text, take, &documents, &err);
    if (whole == 0 && cut < 0)
        abort();
    AUTO_JSON *root = NULL;
    if (yaml_document(text, &root, &err) < 0 && whole == 0)
        abort();
    return 0;
}
