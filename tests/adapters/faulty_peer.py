"""A chat server that misbehaves, in a process of its own, on a bare TCP socket: the model's name says how.

`ok:3,cut` answers three requests well and cuts the next; after the last word of the list it answers well again, unless
that word ends in `!`, which repeats it for ever. Run as a script it prints its address.
"""

import contextlib
import json
import os
import socket
import threading
import time

COUNTS = {}
LOCK = threading.Lock()


def well(body):
    """What a courier would answer that does as it is told."""
    heard = body["messages"][-1]["content"].partition('lookout said: "')[2].partition('"')[0]
    choice = {"message": {"role": "assistant", "content": json.dumps({"move": heard})}, "finish_reason": "stop"}
    return json.dumps({"choices": [choice], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}).encode()


def http(content, status="200 OK", headers="", length=None):
    length = len(content) if length is None else length
    return f"HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{headers}Connection: close\r\n\r\n".encode() + content


def what_to_do(model):
    """The fault of this request, by the plan in the model's name."""
    with LOCK:
        count = COUNTS[model] = COUNTS.get(model, -1) + 1
    plan = []
    for word in model.split(","):
        name, _, times = word.partition(":")
        if name.endswith("!"):
            return plan[count] if count < len(plan) else name[:-1]
        plan += [name] * int(times or 1)
    return plan[count] if count < len(plan) else "ok"


def act(fault, caller, body):
    good = http(well(body))
    match fault:
        case "ok":
            caller.sendall(good)
        case "cut":  # closes without a word
            pass
        case "reset":
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        case "half":
            caller.sendall(good[:-20])
        case "half_head":
            caller.sendall(good[:25])
        case "delay":
            time.sleep(0.2)
            caller.sendall(good)
        case "hang":
            time.sleep(60)
        case "trickle":
            for at in range(len(good)):
                caller.sendall(good[at : at + 1])
                time.sleep(0.2)
        case "endless":
            caller.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while True:
                caller.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
        case "bomb":  # a few kilobytes that unpack to a gigabyte
            import gzip

            content = gzip.compress(b" " * 200_000_000, 1)
            caller.sendall(http(content, headers="Content-Encoding: gzip\r\n"))
        case "garbage":
            caller.sendall(os.urandom(4000))
        case "html":
            caller.sendall(http(b"<html>Bad gateway</html>"))
        case "other_json":
            caller.sendall(http(b'{"choices": "none"}'))
        case "null":
            caller.sendall(http(b"null"))
        case "bad_gzip":
            caller.sendall(http(b"not gzip at all", headers="Content-Encoding: gzip\r\n"))
        case "bad_chunks":
            caller.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n")
        case "short_length":  # says that it is longer than it is
            caller.sendall(http(well(body), length=99999))
        case "surrogate":  # half a character, as a broken detokenizer sends it
            caller.sendall(http(b'{"choices": [{"message": {"content": "{\\"move\\": \\"\\ud83d\\"}"}}]}'))
        case "prose":
            caller.sendall(
                http(b'{"choices": [{"message": {"content": "Well, it depends on what you mean by north."}}]}')
            )
        case "429":
            caller.sendall(http(b"{}", "429 Too Many Requests", "Retry-After: 0.1\r\n"))
        case "429_late":
            caller.sendall(http(b"{}", "429 Too Many Requests", "Retry-After: 86400\r\n"))
        case "500" | "502" | "503":
            caller.sendall(http(b"oops", f"{fault} Error"))
        case "401":
            caller.sendall(http(b"no", "401 Unauthorized"))
        case "redirect":
            caller.sendall(http(b"", "302 Found", "Location: http://127.0.0.1:1/\r\n"))
        case "die":
            os._exit(9)
        case _:
            raise ValueError(fault)


def serve(caller):
    with caller:
        read = b""
        while b"\r\n\r\n" not in read:
            read += caller.recv(65536) or b"\r\n\r\n"
        head, _, rest = read.partition(b"\r\n\r\n")
        length = next(
            (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
        )
        while len(rest) < length:
            rest += caller.recv(65536)
        body = json.loads(rest)
        with contextlib.suppress(OSError):  # the other side gave up, as it should
            act(what_to_do(body["model"]), caller, body)


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(f"http://127.0.0.1:{server.getsockname()[1]}/v1", flush=True)
        while True:
            threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
