/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image.c: chapter 3 of the seam on Win32. Everything is read from the
 * headers of the image as it lies in memory.
 *
 * The identity of a build is the time stamp, the size and the checksum of
 * its header, and the GUID that the linker put beside its debug information
 * (MSVC's /DEBUG, ld's --build-id). Linkers can be told to leave out or fix
 * all of these, so an image without a GUID has its code hashed. Then a
 * breakpoint that a debugger has set makes it another build; a program that
 * is debugged wants a GUID anyway.
 */
#include "internal.h"

#include "sys.h"

#include <string.h>

#include <apr_strings.h>

/* What a debug directory of the kind CodeView points to. */
typedef struct codeview_t {
    DWORD signature;
    GUID guid;
    DWORD age;
} codeview_t;

#define CODEVIEW_SIGNATURE 0x53445352u  /* RSDS */

/* The layout of plat_image_t.identity. */
typedef struct identity_t {
    DWORD time_stamp;
    DWORD size;
    DWORD checksum;
    DWORD age;
    uint64_t code;
    GUID guid;
} identity_t;

typedef char identity_fits[sizeof(identity_t) <= PLAT_IDENTITY_SIZE ? 1 : -1];

static const IMAGE_NT_HEADERS *headers_of(const BYTE *base)
{
    const IMAGE_DOS_HEADER *dos = (const IMAGE_DOS_HEADER *)(const void *)base;

    return (const IMAGE_NT_HEADERS *)(const void *)(base + dos->e_lfanew);
}

/* A part of the image that the header points to; NULL when there is none,
 * or when it is not in the image. */
static const void *part(const BYTE *base, DWORD offset, DWORD size,
                        size_t least)
{
    DWORD limit = headers_of(base)->OptionalHeader.SizeOfImage;

    if (offset == 0 || size < least || offset > limit
        || size > limit - offset)
        return NULL;
    return base + offset;
}

static const void *directory(const BYTE *base, DWORD index, DWORD *size)
{
    const IMAGE_OPTIONAL_HEADER *header = &headers_of(base)->OptionalHeader;

    if (index >= header->NumberOfRvaAndSizes)
        return NULL;
    *size = header->DataDirectory[index].Size;
    return part(base, header->DataDirectory[index].VirtualAddress, *size, 1);
}

static const codeview_t *find_codeview(const BYTE *base)
{
    DWORD size = 0;
    const IMAGE_DEBUG_DIRECTORY *entry =
        directory(base, IMAGE_DIRECTORY_ENTRY_DEBUG, &size);

    for (; entry != NULL && size >= sizeof(*entry);
         entry++, size -= (DWORD)sizeof(*entry)) {
        const codeview_t *found = part(base, entry->AddressOfRawData,
                                       entry->SizeOfData, sizeof(*found));

        if (entry->Type == IMAGE_DEBUG_TYPE_CODEVIEW && found != NULL
            && found->signature == CODEVIEW_SIGNATURE)
            return found;
    }
    return NULL;
}

/* FNV-1a, eight bytes at a step. */
static uint64_t hash(uint64_t value, const BYTE *bytes, size_t size)
{
    uint64_t word;

    for (; size > 0; bytes += sizeof(word), size -= sizeof(word)) {
        word = 0;
        if (size < sizeof(word)) {
            memcpy(&word, bytes, size);
            return (value ^ word) * 0x100000001B3u;
        }
        memcpy(&word, bytes, sizeof(word));
        value = (value ^ word) * 0x100000001B3u;
    }
    return value;
}

/* The relocations of an image, page by page, as linkers sort them. */
typedef struct relocations_t {
    const BYTE *at;
    DWORD left;
} relocations_t;

/* The block for the page at this offset; NULL when the loader has changed
 * nothing there. Pages must be asked for in their order. */
static const IMAGE_BASE_RELOCATION *block_of(relocations_t *relocations,
                                             DWORD page)
{
    while (relocations->at != NULL
           && relocations->left >= sizeof(IMAGE_BASE_RELOCATION)) {
        const IMAGE_BASE_RELOCATION *block = (const void *)relocations->at;

        if (block->SizeOfBlock < sizeof(*block)
            || block->SizeOfBlock > relocations->left)
            return NULL;
        if (block->VirtualAddress >= page)
            return block->VirtualAddress == page ? block : NULL;
        relocations->at += block->SizeOfBlock;
        relocations->left -= block->SizeOfBlock;
    }
    return NULL;
}

#define PAGE_SIZE 4096

/* Clears what the loader has changed on a copied page, behind which there is
 * room for eight bytes more, and says how far that reaches into the next. */
static size_t blank(BYTE *page, const IMAGE_BASE_RELOCATION *block)
{
    const WORD *entry = (const WORD *)(block + 1);
    size_t count = (block->SizeOfBlock - sizeof(*block)) / sizeof(*entry);
    size_t reach = 0;

    /* The kind is in the upper four bits; kind 0 only fills up. */
    for (; count > 0; count--, entry++) {
        size_t at = *entry & (PAGE_SIZE - 1);

        if (*entry >> 12 == IMAGE_REL_BASED_ABSOLUTE)
            continue;
        memset(page + at, 0, sizeof(uint64_t));
        if (at + sizeof(uint64_t) > PAGE_SIZE + reach)
            reach = at + sizeof(uint64_t) - PAGE_SIZE;
    }
    return reach;
}

static uint64_t hash_section(uint64_t value, const BYTE *base, DWORD offset,
                             DWORD size, relocations_t *relocations)
{
    BYTE page[PAGE_SIZE + sizeof(uint64_t)];
    size_t reach = 0;
    DWORD at, length;

    for (at = 0; at < size; at += length) {
        const IMAGE_BASE_RELOCATION *block = block_of(relocations,
                                                      offset + at);

        length = size - at < PAGE_SIZE ? size - at : PAGE_SIZE;
        memcpy(page, base + offset + at, length);
        memset(page, 0, reach);
        reach = block != NULL ? blank(page, block) : 0;
        value = hash(value, page, length);
    }
    return value;
}

/* All the code that is not written to while the program runs. */
static uint64_t hash_code(const BYTE *base)
{
    const IMAGE_NT_HEADERS *headers = headers_of(base);
    const IMAGE_SECTION_HEADER *section = IMAGE_FIRST_SECTION(headers);
    uint64_t value = 0xCBF29CE484222325u;
    relocations_t relocations = {NULL, 0};
    WORD i;

    relocations.at = directory(base, IMAGE_DIRECTORY_ENTRY_BASERELOC,
                               &relocations.left);
    for (i = 0; i < headers->FileHeader.NumberOfSections; i++, section++)
        if (part(base, section->VirtualAddress, section->Misc.VirtualSize, 1)
            && section->VirtualAddress % PAGE_SIZE == 0
            && section->Characteristics & IMAGE_SCN_MEM_EXECUTE
            && section->Characteristics & IMAGE_SCN_MEM_READ
            && !(section->Characteristics & IMAGE_SCN_MEM_WRITE))
            value = hash_section(value, base, section->VirtualAddress,
                                 section->Misc.VirtualSize, &relocations);
    return value;
}

static void identify(plat_image_t *image, const BYTE *base)
{
    const IMAGE_NT_HEADERS *headers = headers_of(base);
    const codeview_t *codeview = find_codeview(base);
    identity_t identity;

    memset(&identity, 0, sizeof(identity));
    identity.time_stamp = headers->FileHeader.TimeDateStamp;
    identity.size = headers->OptionalHeader.SizeOfImage;
    identity.checksum = headers->OptionalHeader.CheckSum;
    if (codeview != NULL) {
        identity.guid = codeview->guid;
        identity.age = codeview->age;
    } else {
        identity.code = hash_code(base);
    }
    memcpy(image->identity, &identity, sizeof(identity));
    image->identity_size = sizeof(identity);
}

static apr_status_t describe(plat_image_t *image, HMODULE module,
                             apr_pool_t *pool)
{
    const BYTE *base = (const BYTE *)module;
    wchar_t *wide;
    const char *path;
    apr_status_t status = win_module_path(&wide, module, pool);

    if (status == APR_SUCCESS)
        status = win_to_utf8(&path, wide, pool);
    if (status != APR_SUCCESS)
        return status;
    memset(image, 0, sizeof(*image));
    image->path = path;
    image->is_program = module == GetModuleHandleW(NULL);
    image->base = (uintptr_t)base;
    image->size = headers_of(base)->OptionalHeader.SizeOfImage;
    identify(image, base);
    return APR_SUCCESS;
}

/* Whether there is code at this offset. */
static int is_code(const BYTE *base, uintptr_t offset)
{
    const IMAGE_NT_HEADERS *headers = headers_of(base);
    const IMAGE_SECTION_HEADER *section = IMAGE_FIRST_SECTION(headers);
    WORD i;

    for (i = 0; i < headers->FileHeader.NumberOfSections; i++, section++)
        if (offset >= section->VirtualAddress
            && offset - section->VirtualAddress < section->Misc.VirtualSize)
            return (section->Characteristics & IMAGE_SCN_MEM_EXECUTE) != 0;
    return 0;
}

apr_status_t plat_image_find(plat_image_t *image, uintptr_t address,
                             apr_pool_t *pool)
{
    HMODULE module;

    if (!sys_GetModuleHandleExW(
            GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS
            | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
            (const wchar_t *)address, &module)
        || !is_code((const BYTE *)module, address - (uintptr_t)module))
        return MITO_EIMAGE;
    return describe(image, module, pool);
}

/* The system's sentence without its line ends. */
static const char *explain(DWORD error, apr_pool_t *pool)
{
    wchar_t text[512];
    DWORD length = FormatMessageW(
        FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL,
        error, 0, text, sizeof(text) / sizeof(text[0]), NULL);

    while (length > 0 && (text[length - 1] <= L' '
                          || text[length - 1] == L'.'))
        length--;
    if (length == 0)
        return apr_psprintf(pool, "error %lu", error);
    text[length] = L'\0';
    return win_to_utf8_lossy(text, pool);
}

/* The folder of the library is searched for what it needs. A damaged file
 * must not bring up a dialog box that nobody sees; only this thread's mode
 * is changed, and restored. */
static HMODULE load(const wchar_t *path, DWORD *error)
{
    DWORD mode;
    BOOL is_set = SetThreadErrorMode(SEM_FAILCRITICALERRORS
                                     | SEM_NOOPENFILEERRORBOX, &mode);
    HMODULE module = sys_LoadLibraryExW(path, NULL,
                                        LOAD_WITH_ALTERED_SEARCH_PATH);

    *error = module == NULL ? GetLastError() : ERROR_SUCCESS;
    if (is_set)
        SetThreadErrorMode(mode, NULL);
    return module;
}

apr_status_t plat_image_open(plat_image_t *image, const char *path,
                             const char **reason, apr_pool_t *pool)
{
    HMODULE module = GetModuleHandleW(NULL);
    wchar_t *wide;
    size_t length;
    DWORD error;
    apr_status_t status;

    if (path == NULL)
        return describe(image, module, pool);
    status = win_to_wide(&wide, &length, path, pool);
    if (status == APR_SUCCESS)
        status = win_full_path(&wide, wide, pool);
    if (status != APR_SUCCESS)
        return status;
    module = load(wide, &error);
    if (module == NULL) {
        *reason = explain(error, pool);
        return MITO_EIMAGE;
    }
    return describe(image, module, pool);
}

apr_status_t plat_program_path(const char **path, apr_pool_t *pool)
{
    wchar_t *wide;
    apr_status_t status = win_module_path(&wide, NULL, pool);

    return status == APR_SUCCESS ? win_to_utf8(path, wide, pool) : status;
}
