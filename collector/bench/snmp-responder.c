/*
 * SNMP agents for the bench: every address 127.x.y.z on one UDP port is an agent with the same tables. It must cost less
 * than the managers under test: batches of datagrams, variables encoded beforehand, a hash from name to place.
 *
 *   snmp-responder PORT ROWS DELAY_US LOSS_PER_MILLE SILENT_EVERY
 *
 * Prints "ready PORT", then on each line of input the counters "received answered lost" and starts them anew.
 * SNMPv2c answers any community; SNMPv3 knows the user "bench" with SHA-256 and AES-128, passwords "bench-auth-pass" and
 * "bench-priv-pass". An agent whose address is a multiple of SILENT_EVERY (0 for none) never answers.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64
#define MAX_DATAGRAM 65000
#define MAX_REQUEST 2048
#define MAX_VARBINDS 4000
#define RING 65536
#define DEFAULT_LIMIT 60000

typedef struct {
  const uint8_t *name;
  int name_length;
  const uint8_t *element; /* the whole varbind */
  int element_length;
} Variable;

static Variable *variables;
static int variable_count;
static int *slots;
static uint32_t slot_mask;
static struct timespec started;

static uint64_t now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

static uint32_t ticks(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint32_t)((now.tv_sec - started.tv_sec) * 100 + (now.tv_nsec - started.tv_nsec) / 10000000 + 100000);
}

/* ---- writing ---- */

static int put_sub_identifier(uint8_t *to, uint32_t id) {
  uint8_t octets[5];
  int count = 0;
  do {
    octets[count++] = id & 0x7f;
    id >>= 7;
  } while (id > 0);
  for (int i = 0; i < count; i++) to[i] = octets[count - 1 - i] | (i < count - 1 ? 0x80 : 0);
  return count;
}

static int put_name(uint8_t *to, const uint32_t *ids, int count) {
  int at = put_sub_identifier(to, ids[0] * 40 + ids[1]);
  for (int i = 2; i < count; i++) at += put_sub_identifier(to + at, ids[i]);
  return at;
}

static void add_variable(const uint32_t *ids, int count, uint8_t tag, const uint8_t *value, int value_length) {
  uint8_t *element = malloc(256);
  uint8_t name[128];
  int name_length = put_name(name, ids, count);
  element[0] = 0x30;
  element[1] = (uint8_t)(2 + name_length + 2 + value_length);
  element[2] = 0x06;
  element[3] = (uint8_t)name_length;
  memcpy(element + 4, name, name_length);
  element[4 + name_length] = tag;
  element[5 + name_length] = (uint8_t)value_length;
  memcpy(element + 6 + name_length, value, value_length);
  variables[variable_count++] = (Variable){element + 4, name_length, element, 6 + name_length + value_length};
}

static uint32_t hash_of(const uint8_t *name, int length) {
  uint32_t hash = 2166136261u;
  for (int i = 0; i < length; i++) hash = (hash ^ name[i]) * 16777619u;
  return hash;
}

/* sysUpTime and sysName; dot1dTpFdb address, port and status of `rows` addresses; what follows the table */
static void make_tables(int rows) {
  variables = malloc(sizeof(Variable) * (size_t)(3 * rows + 8));
  const uint32_t uptime[] = {1, 3, 6, 1, 2, 1, 1, 3, 0};
  const uint32_t sys_name[] = {1, 3, 6, 1, 2, 1, 1, 5, 0};
  const uint8_t zero[4] = {0, 0, 0, 0};
  add_variable(uptime, 9, 0x43, zero, 4);
  add_variable(sys_name, 9, 0x04, (const uint8_t *)"bench", 5);
  for (uint32_t column = 1; column <= 3; column++) {
    for (int row = 0; row < rows; row++) {
      uint8_t mac[6] = {0, 29, (uint8_t)(row >> 16), (uint8_t)(row >> 8), (uint8_t)row, (uint8_t)(row * 7)};
      uint32_t ids[17] = {1, 3, 6, 1, 2, 1, 17, 4, 3, 1, column};
      for (int i = 0; i < 6; i++) ids[11 + i] = mac[i];
      uint8_t port[2] = {(uint8_t)((row % 400) >> 8), (uint8_t)(row % 400)};
      uint8_t status = 3;
      if (column == 1) add_variable(ids, 17, 0x04, mac, 6);
      else if (column == 2) add_variable(ids, 17, 0x02, port[0] == 0 && port[1] < 128 ? port + 1 : port, port[0] == 0 && port[1] < 128 ? 1 : 2);
      else add_variable(ids, 17, 0x02, &status, 1);
    }
  }
  const uint32_t behind[] = {1, 3, 6, 1, 2, 1, 17, 7, 1, 1, 1, 0};
  const uint8_t one = 1;
  add_variable(behind, 12, 0x02, &one, 1);
  uint32_t capacity = 1;
  while (capacity < (uint32_t)variable_count * 4) capacity *= 2;
  slots = malloc(sizeof(int) * capacity);
  memset(slots, 0xff, sizeof(int) * capacity);
  slot_mask = capacity - 1;
  for (int i = 0; i < variable_count; i++) {
    uint32_t at = hash_of(variables[i].name, variables[i].name_length) & slot_mask;
    while (slots[at] >= 0) at = (at + 1) & slot_mask;
    slots[at] = i;
  }
}

static uint32_t sub_identifier_at(const uint8_t *name, int length, int at) {
  uint32_t id = 0;
  for (; at < length; at++) {
    id = (id << 7) | (name[at] & 0x7f);
    if (name[at] < 0x80) break;
  }
  return id;
}

static int compare(const uint8_t *a, int a_length, const uint8_t *b, int b_length) {
  int shared = a_length < b_length ? a_length : b_length;
  int i = 0;
  while (i < shared && a[i] == b[i]) i++;
  if (i == shared) return a_length - b_length;
  while (i > 0 && a[i - 1] >= 0x80) i--;
  uint32_t x = sub_identifier_at(a, a_length, i), y = sub_identifier_at(b, b_length, i);
  return x < y ? -1 : 1;
}

/* place of the first variable behind the name */
static int successor(const uint8_t *name, int length, int *is_exact) {
  uint32_t at = hash_of(name, length) & slot_mask;
  for (; slots[at] >= 0; at = (at + 1) & slot_mask) {
    const Variable *one = &variables[slots[at]];
    if (one->name_length == length && memcmp(one->name, name, (size_t)length) == 0) {
      *is_exact = 1;
      return slots[at] + 1;
    }
  }
  *is_exact = 0;
  int low = 0, high = variable_count;
  while (low < high) {
    int middle = (low + high) / 2;
    if (compare(variables[middle].name, variables[middle].name_length, name, length) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/* ---- reading ---- */

typedef struct {
  const uint8_t *at;
  const uint8_t *end;
} Cursor;

static int enter(Cursor *from, uint8_t *tag, Cursor *contents) {
  if (from->end - from->at < 2) return 0;
  *tag = from->at[0];
  uint32_t length = from->at[1];
  const uint8_t *at = from->at + 2;
  if (length >= 0x80) {
    int count = (int)(length & 0x7f);
    if (count == 0 || count > 4 || from->end - at < count) return 0;
    length = 0;
    while (count-- > 0) length = (length << 8) | *at++;
  }
  if (length > (uint32_t)(from->end - at)) return 0;
  contents->at = at;
  contents->end = at + length;
  from->at = at + length;
  return 1;
}

static int read_integer(Cursor *from, int64_t *value) {
  uint8_t tag;
  Cursor contents;
  if (!enter(from, &tag, &contents) || tag != 2 || contents.at == contents.end) return 0;
  int64_t result = (int8_t)contents.at[0];
  for (const uint8_t *at = contents.at + 1; at < contents.end; at++) result = result * 256 + *at;
  *value = result;
  return 1;
}

static int put_head(uint8_t *to, uint8_t tag, int length) {
  to[0] = tag;
  to[1] = 0x82;
  to[2] = (uint8_t)(length >> 8);
  to[3] = (uint8_t)length;
  return 4;
}

static int put_integer(uint8_t *to, int64_t value) {
  to[0] = 2;
  to[1] = 4;
  to[2] = (uint8_t)(value >> 24);
  to[3] = (uint8_t)(value >> 16);
  to[4] = (uint8_t)(value >> 8);
  to[5] = (uint8_t)value;
  return 6;
}

static int put_variable(uint8_t *to, int place, const uint8_t *asked, int asked_length) {
  if (place < variable_count) {
    const Variable *one = &variables[place];
    memcpy(to, one->element, (size_t)one->element_length);
    if (place == 0) {
      uint32_t value = htonl(ticks());
      memcpy(to + one->element_length - 4, &value, 4);
    }
    return one->element_length;
  }
  to[0] = 0x30;
  to[1] = (uint8_t)(asked_length + 4);
  to[2] = 0x06;
  to[3] = (uint8_t)asked_length;
  memcpy(to + 4, asked, (size_t)asked_length);
  to[4 + asked_length] = 0x82;
  to[5 + asked_length] = 0;
  return 6 + asked_length;
}

/* answers a PDU into `to`; returns its length, 0 for none */
static int answer_pdu(Cursor pdu, uint8_t *to, int limit) {
  uint8_t type, tag;
  Cursor body, list, varbind, name;
  int64_t id, first, second;
  if (!enter(&pdu, &type, &body)) return 0;
  if (!read_integer(&body, &id) || !read_integer(&body, &first) || !read_integer(&body, &second)) return 0;
  if (!enter(&body, &tag, &list) || tag != 0x30) return 0;
  const uint8_t *names[64];
  int lengths[64];
  int count = 0;
  while (list.at < list.end && count < 64) {
    if (!enter(&list, &tag, &varbind) || !enter(&varbind, &tag, &name) || tag != 6) return 0;
    names[count] = name.at;
    lengths[count++] = (int)(name.end - name.at);
  }
  uint8_t *at = to + 4;
  at += put_integer(at, id);
  at += put_integer(at, 0);
  at += put_integer(at, 0);
  uint8_t *list_at = at;
  at += 4;
  int exact;
  if (type == 0xa0) {
    for (int i = 0; i < count; i++) {
      int place = successor(names[i], lengths[i], &exact) - 1;
      if (exact) at += put_variable(at, place, names[i], lengths[i]);
      else {
        int length = put_variable(at, variable_count, names[i], lengths[i]);
        at[length - 2] = 0x80;
        at += length;
      }
    }
  } else if (type == 0xa1 || type == 0xa5) {
    int64_t single = type == 0xa1 ? count : first < count ? first : count;
    int64_t repetitions = type == 0xa1 ? 0 : second;
    int places[64];
    for (int i = 0; i < count; i++) places[i] = successor(names[i], lengths[i], &exact);
    for (int i = 0; i < single; i++) at += put_variable(at, places[i], names[i], lengths[i]);
    int varbinds = (int)single;
    for (int64_t turn = 0; turn < repetitions && single < count; turn++) {
      for (int i = (int)single; i < count; i++) {
        if (at - to > limit - 200 || varbinds++ > MAX_VARBINDS) goto full;
        at += put_variable(at, places[i], names[i], lengths[i]);
        if (places[i] < variable_count) places[i]++;
      }
    }
  } else return 0;
full:
  put_head(list_at, 0x30, (int)(at - list_at - 4));
  put_head(to, 0xa2, (int)(at - to - 4));
  return (int)(at - to);
}

/* ---- SNMPv3 ---- */

typedef struct {
  int is_made;
  uint8_t engine[9];
  uint8_t auth[32];
  uint8_t priv[32];
} Engine;

static Engine engines[65536];
static uint8_t auth_master[32], priv_master[32];
static uint64_t salt = 1;

static void master_key(const char *password, uint8_t *key) {
  size_t length = strlen(password);
  uint8_t *stretched = malloc(1048576);
  for (size_t i = 0; i < 1048576; i++) stretched[i] = (uint8_t)password[i % length];
  SHA256(stretched, 1048576, key);
  free(stretched);
}

static void localize(const uint8_t *master, const uint8_t *engine, uint8_t *key) {
  uint8_t joined[73];
  memcpy(joined, master, 32);
  memcpy(joined + 32, engine, 9);
  memcpy(joined + 41, master, 32);
  SHA256(joined, 73, key);
}

static Engine *engine_of(uint32_t address) {
  Engine *engine = &engines[address & 0xffff];
  if (!engine->is_made) {
    const uint8_t prefix[5] = {0x80, 0, 0x1f, 0x88, 1};
    uint32_t wire = htonl(address);
    memcpy(engine->engine, prefix, 5);
    memcpy(engine->engine + 5, &wire, 4);
    localize(auth_master, engine->engine, engine->auth);
    localize(priv_master, engine->engine, engine->priv);
    engine->is_made = 1;
  }
  return engine;
}

static void crypt_data(const uint8_t *key, uint32_t boots, uint32_t time_sec, const uint8_t *salt_octets,
                       const uint8_t *from, int length, uint8_t *to, int encrypts) {
  static EVP_CIPHER_CTX *context;
  uint8_t iv[16];
  int written;
  if (!context) context = EVP_CIPHER_CTX_new();
  uint32_t words[2] = {htonl(boots), htonl(time_sec)};
  memcpy(iv, words, 8);
  memcpy(iv + 8, salt_octets, 8);
  EVP_CipherInit_ex(context, EVP_aes_128_cfb128(), NULL, key, iv, encrypts);
  EVP_CipherUpdate(context, to, &written, from, length);
}

/* a v3 message around a scoped PDU; `flags` 0, 1 or 3 */
static int put_message(uint8_t *to, Engine *engine, int64_t id, int flags, uint32_t time_sec, const uint8_t *scoped,
                       int scoped_length) {
  const char *user = flags ? "bench" : "";
  int user_length = flags ? 5 : 0;
  uint8_t *at = to + 4;
  at += put_integer(at, 3);
  uint8_t *header = at;
  at += 4;
  at += put_integer(at, id);
  at += put_integer(at, 65000);
  *at++ = 4;
  *at++ = 1;
  *at++ = (uint8_t)flags;
  at += put_integer(at, 3);
  put_head(header, 0x30, (int)(at - header - 4));
  uint8_t *security = at;
  at += 8;
  at += put_head(at, 4, 9);
  memcpy(at, engine->engine, 9);
  at += 9;
  at += put_integer(at, 1);
  at += put_integer(at, time_sec);
  at += put_head(at, 4, user_length);
  memcpy(at, user, (size_t)user_length);
  at += user_length;
  int digest_length = flags & 1 ? 24 : 0;
  at += put_head(at, 4, digest_length);
  uint8_t *digest = at;
  memset(at, 0, (size_t)digest_length);
  at += digest_length;
  if (flags & 2) {
    at += put_head(at, 4, 8);
    uint64_t next = ++salt;
    memcpy(at, &next, 8);
    uint8_t *salt_at = at;
    at += 8;
    put_head(security, 4, (int)(at - security - 4));
    put_head(security + 4, 0x30, (int)(at - security - 8));
    at += put_head(at, 4, scoped_length);
    crypt_data(engine->priv, 1, time_sec, salt_at, scoped, scoped_length, at, 1);
  } else {
    at += put_head(at, 4, 0);
    put_head(security, 4, (int)(at - security - 4));
    put_head(security + 4, 0x30, (int)(at - security - 8));
    memcpy(at, scoped, (size_t)scoped_length);
  }
  at += scoped_length;
  put_head(to, 0x30, (int)(at - to - 4));
  if (flags & 1) {
    uint8_t full[32];
    unsigned int length = 32;
    HMAC(EVP_sha256(), engine->auth, 32, to, (size_t)(at - to), full, &length);
    memcpy(digest, full, 24);
  }
  return (int)(at - to);
}

static int put_scoped(uint8_t *to, Engine *engine, const uint8_t *pdu, int pdu_length) {
  uint8_t *at = to + 4;
  at += put_head(at, 4, 9);
  memcpy(at, engine->engine, 9);
  at += 9;
  at += put_head(at, 4, 0);
  memcpy(at, pdu, (size_t)pdu_length);
  at += pdu_length;
  put_head(to, 0x30, (int)(at - to - 4));
  return (int)(at - to);
}

static int put_report(uint8_t *to, Engine *engine, int64_t id, int flags, uint32_t time_sec, uint32_t kind) {
  const uint32_t ids[] = {1, 3, 6, 1, 6, 3, 15, 1, 1, kind, 0};
  uint8_t pdu[128], scoped[256], name[32];
  int name_length = put_name(name, ids, 11);
  uint8_t *at = pdu + 4;
  at += put_integer(at, id);
  at += put_integer(at, 0);
  at += put_integer(at, 0);
  uint8_t *list = at;
  at += 8;
  at += put_head(at, 6, name_length);
  memcpy(at, name, (size_t)name_length);
  at += name_length;
  *at++ = 0x41;
  *at++ = 1;
  *at++ = 1;
  put_head(list, 0x30, (int)(at - list - 4));
  put_head(list + 4, 0x30, (int)(at - list - 8));
  put_head(pdu, 0xa8, (int)(at - pdu - 4));
  int length = put_scoped(scoped, engine, pdu, (int)(at - pdu));
  return put_message(to, engine, id, flags, time_sec, scoped, length);
}

static int answer_v3(uint8_t *datagram, int datagram_length, Cursor message, uint32_t address, uint8_t *to) {
  static uint8_t plain[MAX_REQUEST], scoped[MAX_DATAGRAM], pdu[MAX_DATAGRAM];
  uint8_t tag;
  Cursor header, octets, security, engine_id, user, digest, salt_octets, data, part;
  int64_t id, size, model, boots, time_sec;
  if (!enter(&message, &tag, &header) || !read_integer(&header, &id) || !read_integer(&header, &size)) return 0;
  if (!enter(&header, &tag, &part) || part.end - part.at != 1 || !read_integer(&header, &model)) return 0;
  int flags = part.at[0] & 3;
  if (!enter(&message, &tag, &octets) || !enter(&octets, &tag, &security)) return 0;
  if (!enter(&security, &tag, &engine_id) || !read_integer(&security, &boots) || !read_integer(&security, &time_sec)) return 0;
  if (!enter(&security, &tag, &user) || !enter(&security, &tag, &digest) || !enter(&security, &tag, &salt_octets)) return 0;
  Engine *engine = engine_of(address);
  uint32_t now = ticks() / 100;
  if (engine_id.end - engine_id.at != 9 || memcmp(engine_id.at, engine->engine, 9) != 0) {
    return put_report(to, engine, id, 0, now, 4);
  }
  if (flags == 0 || user.end - user.at != 5 || memcmp(user.at, "bench", 5) != 0) return put_report(to, engine, id, 0, now, 3);
  if (digest.end - digest.at != 24) return put_report(to, engine, id, 0, now, 5);
  uint8_t given[24], full[32];
  unsigned int full_length = 32;
  memcpy(given, digest.at, 24);
  memset((uint8_t *)digest.at, 0, 24);
  HMAC(EVP_sha256(), engine->auth, 32, datagram, (size_t)datagram_length, full, &full_length);
  if (memcmp(given, full, 24) != 0) return put_report(to, engine, id, 0, now, 5);
  int64_t behind = (int64_t)now - time_sec;
  if (boots != 1 || behind > 150 || behind < -150) return put_report(to, engine, id, 1, now, 2);
  if (!(flags & 2)) {
    if (!enter(&message, &tag, &data)) return 0;
  } else {
    if (!enter(&message, &tag, &part) || part.end - part.at > MAX_REQUEST || salt_octets.end - salt_octets.at != 8) return 0;
    int length = (int)(part.end - part.at);
    crypt_data(engine->priv, (uint32_t)boots, (uint32_t)time_sec, salt_octets.at, part.at, length, plain, 0);
    Cursor inside = {plain, plain + length};
    if (!enter(&inside, &tag, &data) || tag != 0x30) return put_report(to, engine, id, 0, now, 6);
  }
  if (!enter(&data, &tag, &part) || !enter(&data, &tag, &part)) return 0;
  int limit = size < DEFAULT_LIMIT ? (int)size - 160 : DEFAULT_LIMIT;
  int pdu_length = answer_pdu(data, pdu, limit);
  if (pdu_length == 0) return 0;
  int scoped_length = put_scoped(scoped, engine, pdu, pdu_length);
  return put_message(to, engine, id, flags, now, scoped, scoped_length);
}

static int answer(uint8_t *datagram, int length, uint32_t address, uint8_t *to) {
  Cursor whole = {datagram, datagram + length}, message, community;
  uint8_t tag;
  int64_t version;
  if (!enter(&whole, &tag, &message) || tag != 0x30 || !read_integer(&message, &version)) return 0;
  if (version == 3) return answer_v3(datagram, length, message, address, to);
  if (version != 1 || !enter(&message, &tag, &community) || tag != 4) return 0;
  int community_length = (int)(community.end - community.at);
  uint8_t *at = to + 4;
  at += put_integer(at, 1) - 3;
  at[-3] = 2;
  at[-2] = 1;
  at[-1] = 1;
  at += put_head(at, 4, community_length);
  memcpy(at, community.at, (size_t)community_length);
  at += community_length;
  int pdu_length = answer_pdu(message, at, DEFAULT_LIMIT);
  if (pdu_length == 0) return 0;
  at += pdu_length;
  put_head(to, 0x30, (int)(at - to - 4));
  return (int)(at - to);
}

/* ---- the loop ---- */

typedef struct {
  uint64_t due_us;
  struct sockaddr_in to;
  struct in_addr from;
  int length;
  uint8_t *bytes;
} Delayed;

static Delayed ring[RING];
static uint32_t ring_first, ring_last;

static void send_one(int fd, const uint8_t *bytes, int length, const struct sockaddr_in *to, struct in_addr from) {
  uint8_t control[CMSG_SPACE(sizeof(struct in_pktinfo))];
  memset(control, 0, sizeof control);
  struct iovec part = {(void *)bytes, (size_t)length};
  struct msghdr message = {(void *)to, sizeof *to, &part, 1, control, sizeof control, 0};
  struct cmsghdr *head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = IPPROTO_IP;
  head->cmsg_type = IP_PKTINFO;
  head->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
  struct in_pktinfo info = {0};
  info.ipi_spec_dst = from;
  memcpy(CMSG_DATA(head), &info, sizeof info);
  sendmsg(fd, &message, 0);
}

static void send_due(int fd) {
  uint64_t now = now_us();
  while (ring_first != ring_last && ring[ring_first % RING].due_us <= now) {
    Delayed *one = &ring[ring_first++ % RING];
    send_one(fd, one->bytes, one->length, &one->to, one->from);
    free(one->bytes);
  }
}

int main(int argc, char **argv) {
  if (argc < 6) return 2;
  int port = atoi(argv[1]), rows = atoi(argv[2]), delay_us = atoi(argv[3]), loss = atoi(argv[4]), silent = atoi(argv[5]);
  clock_gettime(CLOCK_MONOTONIC, &started);
  make_tables(rows);
  master_key("bench-auth-pass", auth_master);
  master_key("bench-priv-pass", priv_master);
  int fd = socket(AF_INET, SOCK_DGRAM, 0), on = 1, buffer = 8 * 1024 * 1024;
  setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
  struct sockaddr_in local = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  if (bind(fd, (struct sockaddr *)&local, sizeof local) != 0) return 1;
  socklen_t local_length = sizeof local;
  getsockname(fd, (struct sockaddr *)&local, &local_length);
  printf("ready %d\n", ntohs(local.sin_port));
  fflush(stdout);

  static uint8_t requests[BATCH][MAX_REQUEST];
  static uint8_t controls[BATCH][256];
  static uint8_t out[MAX_DATAGRAM + 512];
  struct mmsghdr messages[BATCH];
  struct iovec parts[BATCH];
  struct sockaddr_in peers[BATCH];
  uint64_t received = 0, answered = 0, lost = 0;
  uint32_t random = 12345;
  for (;;) {
    struct pollfd waits[2] = {{fd, POLLIN, 0}, {0, POLLIN, 0}};
    struct timespec limit = {1, 0};
    if (ring_first != ring_last) {
      uint64_t now = now_us(), due = ring[ring_first % RING].due_us;
      uint64_t left = due > now ? due - now : 0;
      limit = (struct timespec){(time_t)(left / 1000000), (long)(left % 1000000) * 1000};
    }
    ppoll(waits, 2, &limit, NULL);
    if (waits[1].revents) {
      char line[64];
      if (read(0, line, sizeof line) <= 0) return 0;
      printf("%llu %llu %llu\n", (unsigned long long)received, (unsigned long long)answered, (unsigned long long)lost);
      fflush(stdout);
      received = answered = lost = 0;
    }
    send_due(fd);
    if (!(waits[0].revents & POLLIN)) continue;
    for (int i = 0; i < BATCH; i++) {
      parts[i] = (struct iovec){requests[i], MAX_REQUEST};
      messages[i].msg_hdr = (struct msghdr){&peers[i], sizeof peers[i], &parts[i], 1, controls[i], sizeof controls[i], 0};
    }
    int count = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL);
    for (int i = 0; i < count; i++) {
      received++;
      struct in_addr address = {0};
      for (struct cmsghdr *head = CMSG_FIRSTHDR(&messages[i].msg_hdr); head; head = CMSG_NXTHDR(&messages[i].msg_hdr, head)) {
        if (head->cmsg_level == IPPROTO_IP && head->cmsg_type == IP_PKTINFO) {
          address = ((struct in_pktinfo *)CMSG_DATA(head))->ipi_addr;
        }
      }
      uint32_t number = ntohl(address.s_addr);
      if (silent > 0 && (number & 0xffff) % (uint32_t)silent == 0) continue;
      if (loss > 0) {
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        if (random % 1000 < (uint32_t)loss) {
          lost++;
          continue;
        }
      }
      int length = answer(requests[i], (int)messages[i].msg_len, number, out);
      if (length == 0) continue;
      answered++;
      if (delay_us == 0 || ring_last - ring_first >= RING) send_one(fd, out, length, &peers[i], address);
      else {
        Delayed *one = &ring[ring_last++ % RING];
        *one = (Delayed){now_us() + (uint64_t)delay_us, peers[i], address, length, malloc((size_t)length)};
        memcpy(one->bytes, out, (size_t)length);
      }
    }
  }
}
