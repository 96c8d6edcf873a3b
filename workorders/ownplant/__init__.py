"""What goes wrong with Plantroom itself, as orders: channels of messages, outboxes of gateways."""
