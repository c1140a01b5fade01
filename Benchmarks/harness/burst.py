"""Requests that are sent all at once, each over a connection of its own."""
import asyncio
from collections import Counter


def burst(port, requests, limit):
    """How often each status was answered; 0 counts connections that broke, or took longer than `limit` seconds."""
    return asyncio.run(_burst(port, requests, limit))


async def _burst(port, requests, limit):
    return Counter(await asyncio.gather(*(_answer(port, text, limit) for text in requests)))


async def _answer(port, text, limit):
    try:
        async with asyncio.timeout(limit):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(text.encode())
                return int((await reader.readline()).split(b" ")[1])
            finally:
                writer.close()
    except (OSError, TimeoutError, IndexError, ValueError):
        return 0
