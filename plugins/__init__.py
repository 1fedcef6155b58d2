"""Hearthbook's plugins for Radicale 3.9: who asks (auth), may they (rights), and what is there (storage).

They work inside `hearthbook serve`, which has checked everything by the time
Radicale is asked, and on the stock `radicale` command with `config/radicale.ini`.
"""
