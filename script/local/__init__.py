"""The portal on one machine: its environment, its servers, its processes, its checks."""
