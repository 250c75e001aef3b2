/** Carriers by the names that customers and shops use; one list for all languages, for they are names. */
export const CARRIERS: readonly string[] = (
  'DHL|DHL Express|Deutsche Post|UPS|FedEx|Federal Express|USPS|TNT|DPD|GLS|Hermes|Evri|Yodel|Royal Mail|Parcelforce|ParcelLink|' +
  'An Post|PostNL|Bpost|PostNord|Swiss Post|Österreichische Post|Poste Italiane|BRT|Bartolini|La Poste|Colissimo|Chronopost|' +
  'Mondial Relay|Relais Colis|Colis Privé|Correos|SEUR|MRW|Nacex|CTT|InPost|Packeta|Zásilkovna|Canada Post|Purolator|Australia Post|' +
  'StarTrack|OnTrac|LaserShip|Estes|Aramex|Blue Dart|India Post|Japan Post|Yamato|SF Express|Yanwen|Cainiao|China Post|4PX|YunExpress|' +
  'Amazon Logistics|Aras Kargo|Aras|Yurtiçi Kargo|Yurtiçi|MNG Kargo|MNG|PTT Kargo|PTT|Sürat Kargo|Sürat|Sendeo|HepsiJET|Trendyol Express|' +
  'Kolay Gelsin|Horoz Lojistik|UPS Kargo|Kargoist|trans-o-flex|Dachser|Schenker|DB Schenker|Kuehne Nagel|Rhenus|Asendia|Landmark Global'
).split('|');
