"""The live page: one socket per viewer, commands up, frames down."""
