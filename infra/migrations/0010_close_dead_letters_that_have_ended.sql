-- Those whose payment had ended when they were analysed need nobody. The resolutions are those that
-- `Resolution::closes`; a test compares them.
UPDATE dead_letters SET state = 'CLOSED' WHERE resolution IN ('already_final', 'settled', 'failed', 'voided')
