/* Prints the hashes of a text's runs of words, one a line: tools/gen_licenses.py makes sketches of
 * them. With -r: which licence the texts are, a line "EXPRESSION<tab>FILE" each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/whole_file.h"
#include "license/texts.h"

static int print_hashes(struct str text)
{
    size_t count;
    uint32_t *hashes = license_text_hashes(text, &count);
    for (size_t i = 0; i < count; i++)
        printf("%u\n", hashes[i]);
    free(hashes);
    return 0;
}

int main(int argc, char **argv)
{
    bool recognize = argc > 1 && strcmp(argv[1], "-r") == 0;
    for (int i = recognize ? 2 : 1; i < argc; i++) {
        AUTO_BUF text = {0};
        struct arena arena = {0};
        struct pl_err err;
        if (whole_file_read(argv[i], 1U << 30, "", &text, &err) < 0) {
            fprintf(stderr, "%s\n", err.message);
            return 1;
        }
        if (recognize) {
            struct str found = license_recognize(&arena, buf_str(&text));
            printf("%.*s\t%s\n", STR_ARG(found), argv[i]);
        } else {
            print_hashes(buf_str(&text));
        }
        arena_free(&arena);
    }
    return 0;
}
