"""Fictitious people for a stand-in that is given no directory: three who exercise, one who no longer does."""

SCRIPT = """
CREATE TABLE national_directory_nationalperson (number, number_type, civility, name, first_name, name_key, first_name_key);
CREATE TABLE national_directory_nationalactivity (key INTEGER, number, profession_code, category_code, mode_code,
    kind_code, role_code, structure_id, finess, authority);
CREATE TABLE national_directory_nationalstructure (structure_id, finess, legal_finess, name, trade_name, address,
    postal_code, city, phone);
CREATE TABLE national_directory_card (number, card_type, card_number, valid_from, valid_to, opposed_on);
CREATE TABLE national_directory_mailbox (number, mailbox_type, address, structure);
CREATE TABLE national_directory_directorychange (id INTEGER, load_id INTEGER, "table", change, number);
CREATE TABLE national_directory_directoryload (id INTEGER, kind, loaded_at);
INSERT INTO national_directory_directoryload VALUES (1, 'activities', '2026-09-01T02:10:00.000+02:00');
INSERT INTO national_directory_nationalperson VALUES
    ('99900000011', '8', 'MME', 'EXEMPLE', 'Camille', 'exemple', 'camille'),
    ('99900000029', '8', 'M', 'FICTIF', 'Karim', 'fictif', 'karim'),
    ('99900000037', '8', 'M', 'INVENTÉ', 'Jean-Luc', 'invente', 'jean luc');
INSERT INTO national_directory_nationalactivity VALUES
    (9900000001, '99900000011', '99', 'C', 'S', 'GENR01', '313', 'F990000010', '990000010', 'ENREG'),
    (9900000003, '99900000029', '60', 'C', 'S', 'GENR01', 'FON-33', 'F990000010', '990000010', 'ONI'),
    (9900000004, '99900000037', '10', 'C', 'L', 'GENR01', 'FON-63', 'F990000010', '990000010', 'CNOM'),
    (9900000005, '99900000037', '10', 'C', 'L', 'GENR01', 'FON-33', 'C900000001', '', 'CNOM');
INSERT INTO national_directory_nationalstructure VALUES
    ('F990000010', '990000010', '990000028', 'EHPAD LES EXEMPLES', '', '1 R DES EXEMPLES', '76000', 'ROUEN', '0100000000'),
    ('C900000001', '', '', 'CABINET DES EXEMPLES', '', '2 R DES EXEMPLES', '76000', 'ROUEN', '');
INSERT INTO national_directory_card VALUES ('99900000011', 'CPS', '0000000001', '2025-01-10', '2028-01-10', NULL);
INSERT INTO national_directory_mailbox VALUES ('99900000011', 'PER', 'camille.exemple@test.mssante.fr', '');
INSERT INTO national_directory_directorychange VALUES
    (1, 1, 'nationalperson', 'closed', '99900000045'),
    (9900000002, 1, 'nationalactivity', 'closed', '99900000011');
"""
