"""A mail server for the tests: takes letters by SMTP, and refuses or hangs up when it is told to."""

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message


class MailServer(socketserver.ThreadingTCPServer):
    """`letters` are those it has taken. It refuses whom `refuses` names, {address: answer to RCPT}."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Talk)
        self.letters: list[Message] = []
        self.refuses: dict[str, str] = {}
        self.hangs_up_after_taking = 0
        self.connections = 0
        self.seconds_for_a_letter = 0.0

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def recipients(self) -> list[str]:
        return [str(letter["To"]) for letter in self.letters]


class Talk(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.server.connections += 1
        self.say("220 here")
        while line := self.rfile.readline().decode():
            verb = line[:4].upper()
            if verb == "QUIT":
                self.say("221 bye")
                return
            if verb == "RCPT":
                address = line[line.index("<") + 1 : line.index(">")]
                self.say(self.server.refuses.get(address, "250 ok"))
            elif verb == "DATA":
                self.say("354 go on")
                if not self.take():
                    return
            else:
                self.say("250 ok")

    def take(self) -> bool:
        time.sleep(self.server.seconds_for_a_letter)
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        self.server.letters.append(message_from_bytes(b"".join(lines)))
        if self.server.hangs_up_after_taking:
            self.server.hangs_up_after_taking -= 1
            return False
        self.say("250 taken")
        return True

    def say(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())


@contextmanager
def mail_server(port: int = 0) -> Iterator[MailServer]:
    server = MailServer(port)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
