"""Runs the real binary and talks to it as a client would."""

from harness.client import Client, Refused, connect, connect_params
from harness.config import ModelConfig, gateway_config
from harness.device import Device
from harness.gateway import Gateway, Launch, free_port
from harness.waiting import eventually

__all__ = [
    "Client",
    "Device",
    "Gateway",
    "Launch",
    "ModelConfig",
    "Refused",
    "connect",
    "connect_params",
    "eventually",
    "free_port",
    "gateway_config",
]
